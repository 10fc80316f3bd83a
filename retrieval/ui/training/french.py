"""What the core says to those who train, in French; the rest is in retrieval/ui/french.py."""

from __future__ import annotations

import re

from retrieval.ui.french import in_both
from retrieval.ui.training.french_jobs import JOBS_FRENCH

_COMPARED = (
    r"mAP@all ([\d.]+), frozen ([\d.]+), difference ([+-][\d.]+) to ([+-][\d.]+)",
    r"mAP@all {0}, gelé {1}, différence de {2} à {3}",
)
_FRENCH: tuple[tuple[str, str], ...] = (
    # of the models in use
    (
        r"The collection '(.+)' has (\d+) records; wanted: .*",
        r"La collection « \1 » a \2 notices ; il en faut 3.",
    ),
    (
        r"The collection '(.+)' reads no label from its records\.",
        r"La collection « \1 » ne lit aucun nom sur ses notices.",
    ),
    (
        r"Every record of '(.+)' has a label of its own; .*",
        r"Chaque notice de « \1 » porte un nom à elle ; aucune ne peut voter pour une autre.",
    ),
    # of files that arrive
    (r"The file is empty; wanted: a zip of pictures\.", "Le fichier est vide ; attendu : un zip d’images."),
    (r"The file has ([\d,]+) MB; at most ([\d,]+) MB are taken\.", r"Le fichier pèse \1 Mo ; \2 Mo au plus."),
    (r"Too many files are arriving\. .*", "Trop de fichiers arrivent. Réessayez dans un instant."),
    (
        r"The disk has no room for this file\. .*",
        "Le disque n’a pas la place pour ce fichier. Retirez d’anciens entraînements.",
    ),
    (
        r"A piece of the file .*",
        "Un morceau du fichier n’est pas arrivé comme il faut ; choisissez-le de nouveau.",
    ),
    (r"This file is not .*", "Ce fichier n’est plus là ; choisissez-le de nouveau."),
    (
        r"Too many pictures are being looked at\. .*",
        "Trop d’images sont en cours d’examen. Réessayez dans un instant.",
    ),
    (r"That is not known here any more; .*", "Ce n’est plus connu ici ; recommencez."),
    # of a zip
    (r"This is no zip that can be read .*", "Ce n’est pas un zip lisible ; refaites-le."),
    (r"The zip has (.+); at most (.+) are taken\.", r"Le zip pèse \1 ; \2 au plus sont pris."),
    (
        r"The zip unpacks to more than (\d+) times .*",
        r"Le zip se déplie à plus de \1 fois sa taille, ce que des images ne font jamais.",
    ),
    (
        r"The zip unpacks to more than (.+?); .*",
        r"Le zip se déplie à plus de \1 ; mettez-y des images plus petites, ou moins.",
    ),
    (
        r"The zip lists far more than ([\d,]+) files; .*",
        r"Le zip annonce bien plus de \1 fichiers ; mettez-en moins.",
    ),
    (
        r"The zip holds ([\d,]+) files; at most ([\d,]+) are taken\.",
        r"Le zip contient \1 fichiers ; \2 au plus sont pris.",
    ),
    (
        r"The zip holds a link or a device \((.+)\); .*",
        r"Le zip contient un lien ou un périphérique (\1) ; n’y mettez que dossiers et images.",
    ),
    (r"The zip is locked with a password; .*", "Le zip est protégé par un mot de passe ; refaites-le sans."),
    (
        r"The zip holds a name that leads outside its folder \((.+)\); .*",
        r"Le zip contient un nom qui sort de son dossier (\1) ; compressez le dossier lui-même.",
    ),
    (
        r"The zip holds ([\d,]+) pictures outside any class; .*",
        r"Le zip contient \1 images hors de toute classe ; attendu : un dossier par classe, avec ses images.",
    ),
    (
        r"The zip holds no picture.*",
        "Le zip ne contient aucune image lisible ; attendu : un dossier par classe, avec ses images.",
    ),
    (r"The table is no CSV in UTF-8.*", "Le tableau n’est pas un CSV en UTF-8 ; enregistrez-le ainsi."),
    (
        r"The table has no columns that name .*",
        "Le tableau n’a ni colonnes image et label, ni celles des recettes de Kaggle (Title, Image_Name).",
    ),
    (
        r"Left out, because they are no pictures: ([\d,]+) files \((.+)\)\.",
        r"Laissés de côté, car ce ne sont pas des images : \1 fichiers (\2).",
    ),
    (
        r"Left out, because they are not .*: ([\d,]+) pictures\.",
        r"Laissées de côté, car elles n’ont pas de classe : \1 images.",
    ),
    (
        r"There is one class only; .*",
        "Il n’y a qu’une classe ; il en faut deux ou plus, pour l’en distinguer.",
    ),
    (
        r"Fewer than two classes have two pictures .*",
        "Moins de deux classes ont deux images ou plus ; il en faut plusieurs de chacune.",
    ),
    (
        r"'(.+)' is no data set of the Hub; .*",
        r"« \1 » n’est pas un jeu de données du Hub ; attendu : propriétaire/nom.",
    ),
    (r"There are no pictures .*", "Ces images ne sont plus là."),
    # of runs
    (
        r"'(.*)' is no name of a collection; .*",
        r"« \1 » n’est pas un nom de collection ; attendu : 40 minuscules, chiffres, - ou _ au plus, une "
        r"lettre ou un chiffre d’abord.",
    ),
    (
        r"([\d,]+) runs wait already; .*",
        r"\1 entraînements attendent déjà ; lancez le vôtre quand l’un d’eux sera fini.",
    ),
    (
        r"There is no room left for training: .*",
        "Il n’y a plus de place pour entraîner. Retirez d’anciens entraînements, puis réessayez.",
    ),
    (r"There is no run .*", "Cet entraînement n’est plus là."),
    (r"This run has not ended; .*", "Cet entraînement n’est pas fini."),
    (
        r"What this run made is in use; .*",
        "Ce que cet entraînement a fait est en service ; revenez d’abord en arrière.",
    ),
    (
        r"The run of '(.+)' has made nothing yet; .*",
        r"L’entraînement de « \1 » n’a encore rien donné ; attendez sa fin.",
    ),
    (r"This model serves already\.", "Ce modèle est déjà en service."),
    (
        r"Nothing that was trained here serves as '(.+)'\.",
        r"Rien de ce qui a été entraîné ici ne sert sous « \1 ».",
    ),
    (r"It was stopped; nothing was exported\.", "Il a été arrêté ; rien n’a été exporté."),
    (r"It was stopped before it began\.", "Il a été arrêté avant de commencer."),
    (
        r"The disk is full\. .*",
        "Le disque est plein. Retirez d’anciens entraînements ou des images, puis relancez.",
    ),
    (
        r"Its process was ended from outside( \(signal \d+\))?: .*",
        r"Son processus a été arrêté de l’extérieur\1 : redémarrage de la machine, manque de mémoire ou "
        r"quelqu’un. Relancez-le.",
    ),
    (r"It could not begin: (.+)", r"Il n’a pas pu commencer : \1"),
    (
        r"Something is wrong in Burin itself; .*",
        "Quelque chose ne va pas dans Burin même ; le journal dit où.",
    ),
    (
        r"The split leaves nothing to train on; .*",
        "Le partage ne laisse rien à apprendre ; il faut plus d’images de chaque classe.",
    ),
    # of publishing
    (r"'(.*)' is no repository; .*", r"« \1 » n’est pas un dépôt ; attendu : propriétaire/nom."),
    (
        r"'(.*)' is no version; .*",
        r"« \1 » n’est pas une version ; attendu : v et un nombre, comme v3 ou v3.1.",
    ),
    (
        r"(\S+) has a (\S+) already, .*",
        r"\1 a déjà une \2, avec un autre contenu ; publiez comme version suivante.",
    ),
    (
        r"There is no token to publish with; .*",
        "Il n’y a pas de jeton pour publier ; identifiez-vous de nouveau, ou donnez-en un.",
    ),
)
_MADE = re.compile(
    r"(?:stopped early, (?:in (?P<phase>.+?) at step (?P<step>[\d,]+) of (?P<of>[\d,]+)"
    r"|before (?P<before>.+?)); )?"
    r"(?P<records>[\d,]+) records of (?P<labels>[\d,]+) labels; (?P<rest>.+?)\.?",
    flags=re.IGNORECASE,
)


def said(sentence: str) -> dict[str, str]:
    """A sentence of the core in both languages: {"en": ..., "fr": ...}."""
    for pattern, french in (*_FRENCH, *JOBS_FRENCH):
        if re.fullmatch(pattern, sentence, flags=re.DOTALL):
            return {"en": sentence, "fr": re.sub(pattern, french, sentence, count=1, flags=re.DOTALL)}
    if made := _MADE.fullmatch(sentence):
        return {"en": sentence, "fr": _made(made)}
    return in_both(sentence)


def _made(made: re.Match[str]) -> str:
    """What a run that has ended says of its bundle."""
    early = ""
    if made["phase"]:
        early = f"Arrêté tôt, dans {made['phase']} au pas {made['step']} sur {made['of']} ; "
    elif made["before"]:
        early = f"Arrêté tôt, avant {made['before']} ; "
    rest = made["rest"]
    if compared := re.search(_COMPARED[0], rest):
        figures = _COMPARED[1].format(*compared.groups())
        if rest.startswith("the frozen"):
            rest = f"le réseau gelé, que cet entraînement ne dépasse pas : {figures}"
        else:
            rest = f"l’encodeur entraîné, meilleur que le réseau gelé : {figures}"
    elif rest.startswith("the encoder of this run"):
        rest = "l’encodeur de cet entraînement"
    return f"{early}{made['records']} notices de {made['labels']} noms ; {rest}."
