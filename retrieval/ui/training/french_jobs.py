"""What is said of jobs on the Hub, in French."""

from __future__ import annotations

JOBS_FRENCH: tuple[tuple[str, str], ...] = (
    # what the Hub says
    (r"The Hub knows this job no more\.", "Le Hub ne connaît plus cette tâche."),
    (
        r"The Hub does not answer about jobs .*",
        "Le Hub ne répond pas au sujet des tâches ; réessayez plus tard.",
    ),
    (r"The Hub refuses this job: (.+)", r"Le Hub refuse cette tâche : \1"),
    (
        r"The Hub does not know this token .*",
        "Le Hub ne connaît plus ce jeton ; identifiez-vous de nouveau, ou donnez-en un autre.",
    ),
    (
        r"This account on Hugging Face has no credit .*",
        "Ce compte chez Hugging Face n’a pas de crédit pour des tâches ; ajoutez-en sur "
        "https://huggingface.co/settings/billing, puis relancez.",
    ),
    (
        r"The Hub does not let this token run jobs; .*",
        "Le Hub ne permet pas de tâches à ce jeton ; identifiez-vous de nouveau en les permettant, ou "
        "donnez un jeton qui peut écrire et en lancer.",
    ),
    (
        r"The Hub answers (\d+) about jobs; .*",
        r"Le Hub répond \1 au sujet des tâches ; réessayez plus tard.",
    ),
    (
        r"This token may not do that to (\S+); .*",
        r"Ce jeton ne peut pas faire cela à \1 ; donnez-en un qui peut y écrire.",
    ),
    (
        r"The Hub wants to know who asks for (\S+); .*",
        r"Le Hub veut savoir qui demande \1 ; identifiez-vous, ou donnez un jeton.",
    ),
    # before it starts
    (
        r"(\S+) holds something else already; .*",
        r"\1 contient déjà autre chose ; nommez un autre jeu de données.",
    ),
    (
        r"(\S+) is public, and others would see the pictures; .*",
        r"\1 est public, et d’autres verraient les images ; nommez un autre jeu de données.",
    ),
    (
        r"'(.*)' is no Space with a copy of this app; .*",
        r"« \1 » n’est pas un Space avec une copie de cette application ; attendu : propriétaire/nom, car la "
        r"tâche en exécute le code.",
    ),
    (
        r"The Hub shows no Space (\S+) to this token; .*",
        r"Le Hub ne montre pas de Space \1 à ce jeton ; vérifiez le nom, ou donnez un jeton qui peut le "
        r"lire.",
    ),
    (
        r"A job makes (\S+) (\S+) already; .*",
        r"Une tâche fait déjà \1 \2 ; attendez-la ou arrêtez-la, ou faites une autre version.",
    ),
    (r"(\S+) is no copy of this app: .*", r"\1 n’est pas une copie de cette application."),
    (
        r"(\S+) is a copy from before jobs .*",
        r"\1 est une copie d’avant les tâches ; mettez-la à jour, puis réessayez.",
    ),
    (r"The time limit is .*", "La durée maximale n’est pas de celles qui sont offertes."),
    (r"What it can cost is missing; .*", "Ce que cela peut coûter manque ; rechargez la page."),
    (
        r"The Hub has no machine '(.*)' any more; .*",
        r"Le Hub n’a plus de machine « \1 » ; choisissez-en une autre.",
    ),
    (
        r"The price has changed: this job can cost \$([\d.]+) now, not \$([\d.]+)\. .*",
        r"Le prix a changé : cette tâche peut coûter \1 $ maintenant, et non \2 $. Choisissez de nouveau la "
        r"machine pour la lancer quand même.",
    ),
    (
        r"This token can only read; .*",
        "Ce jeton ne peut que lire ; donnez-en un qui peut écrire et lancer des tâches.",
    ),
    (
        r"'(.*)' is not (\S+)'s to write; wanted: a name that begins with (.+)\.",
        r"\2 ne peut pas écrire dans « \1 » ; attendu : un nom qui commence par \3.",
    ),
    (
        r"The pictures and the collection need two data sets; .*",
        "Il faut deux jeux de données, un pour les images, un pour la collection ; nommez-en un autre.",
    ),
    (r"(\S+) has a (\S+) already; the next is (\S+)\.", r"\1 a déjà une \2 ; la suivante est \3."),
    (
        r"Drawings and recipes are learnt on this machine alone; .*",
        "Dessins et recettes s’apprennent sur cette machine ; une tâche prend des photos.",
    ),
    (
        r"There is no token to run a job with; .*",
        "Il n’y a pas de jeton pour lancer une tâche ; identifiez-vous de nouveau, ou donnez-en un.",
    ),
    (r"The token is no text; .*", "Le jeton n’est pas un texte ; donnez-le de nouveau."),
    (
        r"Your sign-in ends in (\d+) minutes, .*",
        r"Votre identification finit dans \1 minutes, et la tâche ne pourrait plus publier ensuite ; "
        r"choisissez une durée plus courte, identifiez-vous de nouveau, ou donnez un jeton d’accès.",
    ),
    # while it runs, and after
    (r"There is no job .*", "Cette tâche n’est plus connue ici."),
    (
        r"The Hub names the job in a way .*",
        "Le Hub nomme la tâche d’une façon qui ne peut pas être retenue.",
    ),
    (
        r"This job is somebody else's; .*",
        "Cette tâche est à quelqu’un d’autre ; seul qui l’a lancée peut l’atteindre.",
    ),
    (
        r"There is no token to reach this job with; .*",
        "Il n’y a pas de jeton pour cette tâche ; donnez-en un.",
    ),
    (r"This job has not ended; .*", "Cette tâche n’est pas finie ; arrêtez-la d’abord."),
    (r"The job was stopped; .*", "La tâche a été arrêtée ; rien n’a été publié."),
    (r"The job failed: it does not say why\.", "La tâche a échoué, sans dire pourquoi."),
    (r"The job failed: (.+)", r"La tâche a échoué : \1"),
    (
        r"The job has ended, but (\S+) has no (\S+); .*",
        r"La tâche est finie, mais \1 n’a pas de \2 ; son journal dit pourquoi.",
    ),
    (r"(\S+) is on the Hub: (\S+)\.", r"\1 est sur le Hub : \2."),
)
