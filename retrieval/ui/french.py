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
    (r"k is .*", "Le nombre de résultats doit être un entier de 1 à 50."),
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
)
_STANDS_IN = "The siamese model answers, as the main one does not open: "

DEFECT = {
    "en": "Something went wrong on our side. Try again; the next search works.",
    "fr": "Une erreur est survenue de notre côté. Réessayez ; la recherche suivante marchera.",
}


def in_both(sentence: str) -> dict[str, str]:
    """A sentence of the core in both languages: {"en": ..., "fr": ...}."""
    if sentence.startswith(_STANDS_IN):
        reason = in_both(sentence.removeprefix(_STANDS_IN))["fr"]
        return {
            "en": sentence,
            "fr": f"Le modèle siamois répond, car le modèle principal ne s’ouvre pas : {reason}",
        }
    for pattern, french in _FRENCH:
        if re.fullmatch(pattern, sentence, flags=re.DOTALL):
            return {"en": sentence, "fr": re.sub(pattern, french, sentence, count=1, flags=re.DOTALL)}
    return {"en": sentence, "fr": sentence}
