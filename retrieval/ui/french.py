"""What the core says, in French: its errors and notices, which it words in English."""

from __future__ import annotations

import re

# What a visitor of the page can meet. A sentence that is missing stays English on the French page, which is
# better than a wrong one.
_FRENCH: tuple[tuple[str, str], ...] = (
    (
        r"The picture is blank: all of it is one flat colour.*",
        "L’image est vide : elle n’a qu’une seule couleur. Prenez-en une autre.",
    ),
    (
        r"The picture is blank.*",
        "L’image est vide : aucun trait ne ressort. Dessinez quelque chose ou prenez-en une autre.",
    ),
    (r"The file is empty.*", "Le fichier est vide (0 octet) ; attendu : une image."),
    (
        r"This is not a picture.*",
        "Ce n’est pas une image que Burin sait lire ; attendu : JPEG, PNG, WebP, GIF, BMP ou TIFF.",
    ),
    (
        r"The picture is broken.*",
        "L’image est abîmée ; enregistrez-la de nouveau ou choisissez-en une autre.",
    ),
    (r"The picture has no pixels.*", "L’image n’a aucun pixel."),
    (
        r"The picture is too large .*",
        "L’image est trop grande ; 64 mégapixels au plus sont lus. Réduisez-la.",
    ),
    (
        r"The picture is too heavy.*",
        "L’image dépasse 10 Mo. Réduisez-la.",
    ),
    (r"The data URL .*", "L’image n’est pas arrivée entière. Choisissez-la de nouveau."),
    (r"k is .* from 1 to (\d+)\.", r"Le nombre de résultats doit être un entier de 1 à \1."),
    (
        r"The collection '(.+)' has no layouts to search by; .*",
        r"La collection « \1 » ne se cherche pas par la disposition.",
    ),
    (r"No record carries the tags .*", "Aucune notice ne porte tous ces mots-clés. Retirez-en un."),
    (r"Too many searches .*", "Trop de recherches attendent. Réessayez dans un instant."),
    (r"There is no record .*", "Cette notice n’existe pas dans la collection."),
    (r"There is no collection .*", "Cette collection n’existe pas ici."),
    (
        r"(.+): (\S+) is missing or altered; .*",
        r"\1 : \2 manque ou a été modifié ; récupérez de nouveau la collection.",
    ),
    (r"(\S+) cannot be read .*", r"\1 est illisible ; récupérez de nouveau la collection."),
    (
        r"collection '(.+)' was encoded by (.+), the model is (.+); export it again: (.+)",
        r"la collection « \1 » a été encodée par \2, le modèle est \3 ; exportez-la de nouveau : \4",
    ),
    (
        r"(\S+) is no graph ONNX Runtime can open .*",
        r"\1 n’est pas un graphe qu’ONNX Runtime sait ouvrir.",
    ),
    (
        r"The Hub does not answer for (\S+)( \(.+\))?; .*",
        r"Le Hub ne répond pas pour \1 ; réessayez plus tard.",
    ),
    (r"The Hub answers (\d+) for (\S+); .*", r"Le Hub répond \1 pour \2 ; réessayez plus tard."),
    (r"The Hub shows no (\S+); .*", r"Le Hub ne montre pas \1 ; vérifiez le nom, ou donnez un HF_TOKEN."),
    (r"(\S+) has no revision '(.+)'; .*", r"\1 n’a pas de révision « \2 »."),
    (
        r"The Hub asks to be left alone .*",
        "Le Hub demande d’attendre (429) ; réessayez dans quelques minutes.",
    ),
    (
        r"(\S+): the bundle has format (.+), this Burin reads (.+); update Burin\.",
        r"\1 : la collection a le format \2, ce Burin lit le \3 ; mettez Burin à jour.",
    ),
    (
        r"(\S+) (\S+) answers a known picture otherwise than .*",
        r"\1 \2 répond à une image connue autrement que lors de sa publication.",
    ),
)
# Sentences that end with another: French before it, and the rest in French too.
_THEN: tuple[tuple[str, str], ...] = (
    (r"Version (\w+) is kept out: (.+)", r"La version \1 est écartée : "),
    (
        r"The collection '(.+?)' has not come from the Hub yet\. ?(.*)",
        r"La collection « \1 » n’est pas encore arrivée du Hub. ",
    ),
    (
        r"The embedded collection answers until the Hub does\. ?(.*)",
        "La collection embarquée répond jusqu’à ce que le Hub le fasse. ",
    ),
    (r"The Hub shows no newer version: (.+)", "Le Hub ne montre pas de version plus récente : "),
    (
        r"The siamese model answers, as the main one does not open: (.+)",
        "Le modèle siamois répond, car le modèle principal ne s’ouvre pas : ",
    ),
)

DEFECT = {
    "en": "Something went wrong on our side. Try again; the next search works.",
    "fr": "Une erreur est survenue de notre côté. Réessayez ; la recherche suivante marchera.",
}


def in_both(sentence: str) -> dict[str, str]:
    """A sentence of the core in both languages: {"en": ..., "fr": ...}."""
    for pattern, french in _THEN:
        if found := re.fullmatch(pattern, sentence, flags=re.DOTALL):
            rest = found.group(found.re.groups)
            return {"en": sentence, "fr": (found.expand(french) + in_both(rest)["fr"]).strip()}
    for pattern, french in _FRENCH:
        if re.fullmatch(pattern, sentence, flags=re.DOTALL):
            return {"en": sentence, "fr": re.sub(pattern, french, sentence, count=1, flags=re.DOTALL)}
    return {"en": sentence, "fr": sentence}
