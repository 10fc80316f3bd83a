"""Picture in, ranked records out: the promises of SearchService on a gallery whose answers are known."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image, ImageDraw

from hub_assets.bundle import Calibration
from retrieval.collection import Collection
from retrieval.search import SearchService
from retrieval.types import ImageError, NotFoundError, Query, RequestError
from tests.helpers import COPIES, DIM, SHAPES, encoded, shape, small_records, write_bundle


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    folder = write_bundle(tmp_path_factory.mktemp("search") / "shapes")
    return SearchService.open({"shapes": folder}, source="folder", threads=1)


def ask(service, picture=None, **options):
    return service.search(Query("shapes", picture=picture, **options))


def ids(result) -> list[str]:
    return [match.record.id for match in result.matches]


@pytest.mark.parametrize("name", SHAPES)
def test_a_record_is_found_by_its_own_picture_at_rank_1(service, name):
    result = ask(service, encoded(shape(name, 1)))
    assert result.matches[0].record.id == f"{name}-1"
    assert result.matches[0].similarity == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("name", SHAPES)
def test_a_new_drawing_finds_the_records_of_its_shape_first(service, name):
    drawing = shape(name, 3).rotate(2, fillcolor="white", resample=Image.Resampling.BICUBIC)
    result = ask(service, encoded(drawing), kind="sketch")
    assert {match.record.label for match in result.matches[:COPIES]} == {name}
    assert result.label == name
    assert result.confidence > 0.9
    assert result.in_domain


def test_ranks_count_from_1_and_similarities_fall(service):
    result = ask(service, shape("fork"), k=12)
    assert [match.rank for match in result.matches] == list(range(1, 13))
    similarities = [match.similarity for match in result.matches]
    assert similarities == sorted(similarities, reverse=True)
    assert all(-1.001 <= similarity <= 1.001 for similarity in similarities)


def test_matches_are_those_of_a_full_sort_of_the_similarities(service):
    gallery = service.collections["shapes"]
    query_D = service.embedding("shapes", shape("cross", 2), "sketch")
    similarity_N = gallery.embeddings_ND @ query_D
    result = ask(service, shape("cross", 2), kind="sketch", k=5)
    order = np.argsort(-similarity_N, kind="stable")[:5]
    assert ids(result) == [gallery.records[row].id for row in order]
    np.testing.assert_allclose([match.similarity for match in result.matches], similarity_N[order], atol=1e-5)


@pytest.mark.parametrize(("k", "count"), [(1, 1), (2, 2), (12, 12), (50, 12)])
def test_at_most_k_and_at_most_all_records_come_back(service, k, count):
    assert len(ask(service, shape("ring"), k=k).matches) == count


def test_ten_come_back_when_nothing_is_said(service):
    assert len(ask(service, shape("ring")).matches) == 10


def test_the_label_does_not_depend_on_how_many_results_are_shown(service):
    answers = {
        (r.label, round(r.confidence, 6)) for r in (ask(service, shape("bar"), k=k) for k in (1, 5, 50))
    }
    assert len(answers) == 1


def test_like_a_record_leaves_that_record_out(service):
    result = ask(service, like="ring-1", k=50)
    assert "ring-1" not in ids(result)
    assert len(result.matches) == 11
    assert {match.record.label for match in result.matches[:2]} == {"ring"}
    assert result.matches[0].rank == 1
    assert result.kind == "record"


def test_like_a_record_gives_k_results_without_the_record(service):
    assert len(ask(service, like="ring-1", k=5).matches) == 5
    assert len(ask(service, like="ring-1", k=2, tags=("ring",)).matches) == 2


def test_like_the_only_record_with_a_tag_finds_nothing_else(service):
    assert ask(service, like="ring-2", tags=("round", "flute")).matches == ()


def test_like_the_only_record_of_a_collection_finds_nothing_and_guesses_nothing(tmp_path):
    folder = write_bundle(tmp_path / "b", rows=small_records()[:1])
    result = ask(SearchService.open({"shapes": folder}), like="bar-0")
    assert (result.matches, result.label, result.confidence) == ((), None, None)


def test_tags_show_only_the_records_that_carry_all_of_them(service):
    assert ids(ask(service, shape("bar"), tags=("round", "flute"))) == ["ring-2"]
    assert set(ids(ask(service, shape("bar"), tags=("goblet",)))) == {f"{name}-0" for name in SHAPES}


def test_tags_filter_what_is_shown_not_what_votes(service):
    whole, filtered = ask(service, shape("bar")), ask(service, shape("bar"), tags=("ring",))
    assert {match.record.label for match in filtered.matches} == {"ring"}
    assert (
        (filtered.label, filtered.confidence) == (whole.label, whole.confidence) == ("bar", whole.confidence)
    )
    assert [match.rank for match in filtered.matches] == [1, 2, 3]


def test_empty_tags_are_no_filter(service):
    assert ids(ask(service, shape("bar"), tags=("", "  "))) == ids(ask(service, shape("bar")))


def test_a_tag_that_no_record_carries_is_said_so(service):
    with pytest.raises(RequestError, match="No record carries the tags round, square"):
        ask(service, shape("bar"), tags=("round", "square"))


def test_a_picture_far_from_everything_is_called_so_and_the_nearest_still_come(tmp_path):
    rows = np.zeros((12, DIM), np.float32)
    rows[:, -1] = 1  # all ink in the last corner, where no drawing has any
    folder = write_bundle(tmp_path / "b", embeddings_ND=rows)
    result = ask(SearchService.open({"shapes": folder}), shape("ring"))
    assert not result.in_domain
    assert len(result.matches) == 10


@pytest.mark.parametrize("kind", ["auto", "sketch", "photo"])
def test_the_kind_it_was_taken_for_is_told(service, kind):
    assert ask(service, shape("ring"), kind=kind).kind == ("sketch" if kind == "auto" else kind)


def test_every_stage_is_timed_and_the_total_holds_them_all(service):
    timings = ask(service, encoded(shape("ring"))).timings_ms
    assert set(timings) == {"load", "prepare", "encode", "index", "reading", "total"}
    assert all(value >= 0 for value in timings.values())
    parts = sum(value for stage, value in timings.items() if stage != "total")
    assert parts <= timings["total"]


def test_bytes_a_file_a_data_url_and_an_open_picture_give_the_same_answer(service, tmp_path):
    import base64

    content = encoded(shape("fork", 2))
    (tmp_path / "fork.png").write_bytes(content)
    url = "data:image/png;base64," + base64.b64encode(content).decode()
    pictures = (content, tmp_path / "fork.png", str(tmp_path / "fork.png"), url, shape("fork", 2))
    answers = [ask(service, picture) for picture in pictures]
    assert all(ids(answer) == ids(answers[0]) for answer in answers)


def test_an_unknown_collection_names_those_there_are(service):
    with pytest.raises(NotFoundError, match="no collection 'stamps'; wanted: shapes"):
        service.search(Query("stamps", picture=b"x"))


def test_an_unknown_record_is_refused(service):
    with pytest.raises(NotFoundError, match="no record 'ring-9'"):
        ask(service, like="ring-9")


@pytest.mark.parametrize("picture", [b"", b"text", encoded(Image.new("RGB", (64, 64), "white"))])
def test_a_bad_picture_is_refused_and_the_next_query_works(service, picture):
    with pytest.raises(ImageError):
        ask(service, picture)
    assert ids(ask(service, shape("bar")))[0] == "bar-0"


def test_the_embedding_is_the_unit_vector_the_search_uses(service):
    embedding_D = service.embedding("shapes", shape("ring", 1), "sketch")
    assert embedding_D.shape == (DIM,)
    assert np.linalg.norm(embedding_D) == pytest.approx(1.0, abs=1e-5)
    assert embedding_D @ service.collections["shapes"].embeddings_ND[10] == pytest.approx(1.0, abs=1e-4)


def test_records_tags_and_pictures_come_from_the_named_collection(service):
    assert service.record("shapes", "bar-2").label == "bar"
    assert [found.id for found in service.records_by_tag("shapes", "ring")] == ["ring-0", "ring-1", "ring-2"]
    assert service.picture("shapes", "bar-2").startswith(b"RIFF")
    for call in (service.record, service.records_by_tag, service.picture):
        with pytest.raises(NotFoundError, match="no collection 'stamps'"):
            call("stamps", "bar-2")


def test_info_and_answers_are_plain_json(service):
    info = json.loads(json.dumps(service.info()))["collections"][0]
    assert (info["name"], info["records"], info["dim"], info["source"]) == ("shapes", 12, DIM, "folder")
    assert info["labels"] == sorted(SHAPES)
    answer = json.loads(json.dumps(ask(service, shape("ring")).to_json()))
    assert answer["matches"][0]["fields"]["title"] == "<script>alert('ring')</script>"


def test_threads_asking_at_once_get_what_one_gets(service):
    queries = [shape(name, copy) for name in SHAPES for copy in range(COPIES)]
    alone = [ids(ask(service, picture)) for picture in queries]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda picture: ids(ask(service, picture)), queries)) == alone


def test_a_collection_in_colour_tells_apart_what_ink_cannot(tmp_path):
    """Two discs of one outline and two colours: ink on paper is the same, colour is not."""

    def disc(colour: str) -> bytes:
        picture = Image.new("RGB", (96, 96), "white")
        ImageDraw.Draw(picture).ellipse((16, 16, 80, 80), fill=colour)
        return encoded(picture)

    red, blue = small_records()[:2]
    rows = [red | {"picture": disc("red")}, blue | {"picture": disc("blue")}]
    folder = write_bundle(tmp_path / "b", rows, model={"preparation": "colour"}, calibration=Calibration(k=1))
    service = SearchService.open({"shapes": folder})
    for row, colour in zip(rows, ("red", "blue"), strict=True):
        result = ask(service, disc(colour), k=1, kind="photo")
        assert (result.matches[0].record.id, result.kind) == (row["id"], "photo")
        assert result.matches[0].similarity == pytest.approx(1.0, abs=1e-4)
    with pytest.raises(ImageError, match="flat colour"):
        ask(service, encoded(Image.new("RGB", (64, 64), "red")))


def test_two_collections_answer_for_themselves(tmp_path):
    first = write_bundle(tmp_path / "first", name="first")
    second = write_bundle(tmp_path / "second", name="second", version="v7")
    both = SearchService({"first": Collection(first), "second": Collection(second)})
    result = both.search(Query("second", picture=shape("ring")))
    assert (result.collection, result.version) == ("second", "v7")
