"""The sentences of training as a job on the Hub, in English and French: where, what it costs, how it goes."""

from __future__ import annotations

JOBS_TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "where_here": "This machine",
        "where_here_about": "{n} core, and searches come first. Nothing leaves it, and nothing is paid.",
        "where_job": "A GPU of the Hub",
        "where_job_about": "A job on Hugging Face under your name: much faster, paid by the minute there. "
        "What it makes is pushed as a version that any copy of this app can serve.",
        "where_job_photos": "Takes photos alone; drawings and recipes are learnt on this machine.",
        "limit_minutes": "{n} minutes",
        "limit_hour": "1 hour",
        "limit_hours": "{n} hours",
        "job_looking": "The Hub is asked what it has, and what it costs",
        "job_needs_token": "The Hub has to know who asks and who pays. Give an access token that may write "
        "and run jobs; one is made at huggingface.co/settings/tokens.",
        "job_needs_scope": "Your sign-in does not let this app run jobs. Sign out and in again to allow it, "
        "or give an access token that may write and run jobs.",
        "job_no_machine": "The Hub has no machine with a GPU to offer now.",
        "job_token": "Access token",
        "job_token_hint": "For this job alone: held in memory until it has ended, and never written down.",
        "job_token_go": "Go on with it",
        "job_other_token": "Use another token",
        "job_machine": "Machine",
        "job_machine_one": "{name}, {memory}, {price} an hour",
        "job_limit": "Time limit",
        "job_makes": "What it makes",
        "job_private": "Private, where they are new",
        "job_reads": "What it reads",
        "job_pictures": "Pictures, as owner/name",
        "job_pictures_hint": "A private data set of {name}, made now; other pictures in it are replaced.",
        "job_pictures_zip": "Before it starts, your {n} pictures are copied to the Hub, where only you see "
        "them: one folder for each class.",
        "job_pictures_hub": "The data set {name}, as it is now.",
        "job_code": "A copy of this app, as owner/name",
        "job_code_hint": "A Space; the job runs its code. Where there is none yet: "
        "hf upload OWNER/NAME . --repo-type space",
        "job_code_space": "Its code is that of this Space, {name}, as it is now.",
        "job_most": "At most",
        "job_most_about": "{limit} on {name} at {price} an hour, if it takes that long. It ends by itself as "
        "soon as its version is pushed, and then costs less.",
        "job_paid": "Paid from the credit of {name} on Hugging Face.",
        "job_start": "Start it, {cost} at most",
        "job_starting": "Pictures on their way to the Hub",
        "job_chip": "GPU job",
        "job_stage_queued": "Waiting for a machine",
        "job_stage_running": "Learning on {gpu}",
        "job_stage_stopping": "Stopping",
        "job_at_most": "{cost} at most, in {limit}",
        "job_page": "Its page on the Hub",
        "job_stop_hint": "Stopped, it pushes nothing; the minutes so far are paid.",
        "job_not_yours": "{name} started it and can follow it. So it was on {when}.",
        "job_unreached": "So it was on {when}. Give the access token again to follow it: it was not written "
        "down, and this app was started anew.",
        "job_paid_by": "Paid by",
        "job_pictures_of": "Pictures",
        "job_code_of": "Code",
        "job_dataset_of": "Dataset",
        "job_log_none": "It has not said anything yet.",
        "job_arrives": "This app follows {dataset}: as {names} the new version arrives here by itself.",
        "job_serves": "This app follows {dataset} and serves the new version already, as {names}.",
        "job_forget": "Take off the list",
        "job_forget_hint": "What it pushed stays on the Hub.",
    },
    "fr": {
        "where_here": "Cette machine",
        "where_here_about": "{n} cœur, et les recherches passent d’abord. Rien n’en sort, et rien n’est "
        "payé.",
        "where_job": "Un GPU du Hub",
        "where_job_about": "Une tâche chez Hugging Face à votre nom : bien plus rapide, payée là-bas à la "
        "minute. Ce qu’elle fait est publié comme une version que toute copie de cette application peut "
        "servir.",
        "where_job_photos": "Seulement pour des photos ; dessins et recettes s’apprennent sur cette machine.",
        "limit_minutes": "{n} minutes",
        "limit_hour": "1 heure",
        "limit_hours": "{n} heures",
        "job_looking": "Le Hub dit ce qu’il a, et ce que cela coûte",
        "job_needs_token": "Le Hub doit savoir qui demande et qui paie. Donnez un jeton d’accès qui peut "
        "écrire et lancer des tâches ; il se fait sur huggingface.co/settings/tokens.",
        "job_needs_scope": "Votre identification ne permet pas à cette application de lancer des tâches. "
        "Déconnectez-vous et revenez pour le permettre, ou donnez un jeton qui peut écrire et en lancer.",
        "job_no_machine": "Le Hub n’a pas de machine avec un GPU à offrir en ce moment.",
        "job_token": "Jeton d’accès",
        "job_token_hint": "Pour cette tâche seulement : tenu en mémoire jusqu’à sa fin, jamais écrit.",
        "job_token_go": "Continuer avec lui",
        "job_other_token": "Utiliser un autre jeton",
        "job_machine": "Machine",
        "job_machine_one": "{name}, {memory}, {price} de l’heure",
        "job_limit": "Durée maximale",
        "job_makes": "Ce qu’elle fait",
        "job_private": "Privés, s’ils sont nouveaux",
        "job_reads": "Ce qu’elle lit",
        "job_pictures": "Images : propriétaire/nom",
        "job_pictures_hint": "Un jeu de données privé de {name}, fait maintenant ; d’autres images y sont "
        "remplacées.",
        "job_pictures_zip": "Avant le départ, vos {n} images sont copiées sur le Hub, où vous seul les "
        "voyez : un dossier par classe.",
        "job_pictures_hub": "Le jeu de données {name}, tel qu’il est maintenant.",
        "job_code": "Une copie de l’application : propriétaire/nom",
        "job_code_hint": "Un Space ; la tâche exécute son code. S’il n’y en a pas encore : "
        "hf upload OWNER/NAME . --repo-type space",
        "job_code_space": "Son code est celui de ce Space, {name}, tel qu’il est maintenant.",
        "job_most": "Au plus",
        "job_most_about": "{limit} sur {name} à {price} de l’heure, si elle en a besoin. Elle s’arrête "
        "d’elle-même dès que sa version est publiée, et coûte alors moins.",
        "job_paid": "Payé sur le crédit de {name} chez Hugging Face.",
        "job_start": "Lancer, {cost} au plus",
        "job_starting": "Images en route vers le Hub",
        "job_chip": "tâche GPU",
        "job_stage_queued": "Attend une machine",
        "job_stage_running": "Apprend sur {gpu}",
        "job_stage_stopping": "S’arrête",
        "job_at_most": "{cost} au plus, en {limit}",
        "job_page": "Sa page sur le Hub",
        "job_stop_hint": "Arrêtée, elle ne publie rien ; les minutes passées sont payées.",
        "job_not_yours": "{name} l’a lancée et peut la suivre. Voici où elle en était le {when}.",
        "job_unreached": "Voici où elle en était le {when}. Donnez de nouveau le jeton d’accès pour la "
        "suivre : il n’a pas été écrit, et cette application a redémarré.",
        "job_paid_by": "Payée par",
        "job_pictures_of": "Images",
        "job_code_of": "Code",
        "job_dataset_of": "Jeu de données",
        "job_log_none": "Elle n’a encore rien dit.",
        "job_arrives": "Cette application suit {dataset} : sous {names} la nouvelle version arrive "
        "d’elle-même.",
        "job_serves": "Cette application suit {dataset} et sert déjà la nouvelle version, sous {names}.",
        "job_forget": "Retirer de la liste",
        "job_forget_hint": "Ce qu’elle a publié reste sur le Hub.",
    },
}
