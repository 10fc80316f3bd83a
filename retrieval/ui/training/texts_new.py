"""The sentences of a new run, in English and French: who may, bringing pictures, the check, the form."""

from __future__ import annotations

NEW_TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "tab_new": "New run",
        "tab_runs": "Runs",
        "closed_title": "Teach it your own pictures",
        "closed_lead": "A zip of folders, one for each thing to be told apart, becomes a search of your "
        "own: looked at, learnt, measured and put into service from this page.",
        "closed_sign_in": "On this Space its owner trains, and whom they named. Sign in to show that it is "
        "you.",
        "closed_stranger": "You are signed in as {name}. On this Space only its owner trains, and whom they "
        "named in TRAINERS. A copy of your own is open to you.",
        "closed_no_oauth": "This Space does not ask people to sign in, so nobody can train on it. Its owner "
        "can change that: hf_oauth: true in its README.",
        "closed_no_users": "Others can reach this copy, and it names no users. Start it with BURIN_USERS to "
        "train on it, or open it on the machine itself.",
        "closed_elsewhere": "This page was opened from within another site. Open it by itself to train.",
        "sign_in": "Sign in with Hugging Face",
        "sign_out": "Sign out",
        "signed_in_as": "Signed in as {name}",
        "duplicate_to_train": "Duplicate this Space",
        "see_models": "See the models",
        "step_pictures": "Bring pictures",
        "step_look": "Look at them first",
        "step_how": "Choose how it learns",
        "step_start": "Name it, and start",
        "zip_drop": "Drop a zip of pictures here",
        "zip_note": "One folder for each thing to be told apart, its name the label. Or pictures and a CSV. "
        "Up to {mb} MB.",
        "zip_over": "Let go to look at it",
        "zip_choose": "Choose a zip",
        "zip_again": "Bring other pictures",
        "zip_wanted": "That is no zip. Pack the folders of pictures as one, with a CSV beside it if there "
        "is one.",
        "zip_too_big": "This zip has {mb} MB; at most {most} MB are taken.",
        "zip_arriving": "{name} is arriving: {share}",
        "zip_looking": "Unpacked and looked at: broken files, pictures that look the same, what can be "
        "learnt",
        "zip_cancel": "Cancel",
        "hub_title": "Or a dataset of the Hub",
        "hub_name": "Dataset, as owner/name",
        "hub_image": "Its image column",
        "hub_label": "Its label column",
        "hub_take": "Look at it",
        "before_title": "Brought before",
        "before_one": "{name}: {n} pictures",
        "check_pictures": "pictures",
        "check_classes": "classes",
        "check_train": "to learn from",
        "check_validation": "to stop by",
        "check_test": "kept out to test with",
        "check_sheet": "The first pictures of each class",
        "check_counts": "Pictures of each class",
        "check_more": "and {n} more",
        "check_broken": "Left out: {n}",
        "check_twins": "Look the same: {n} pairs",
        "check_two_classes": "two classes",
        "not_ready": "Nothing can be learnt from these pictures.",
        "advice_title": "What to know before",
        "advice_good": "Nothing speaks against training with these pictures.",
        "advice_untested": "Nothing can be kept out to test with: no class has pictures of two different "
        "things. Add pictures to the classes you have.",
        "advice_lone": "{count} classes are learnt but cannot be tested, for all they have looks the same "
        "or is one picture: {classes}.",
        "advice_rough": "{count} pictures are kept to test with, so a figure may be off by up to {around} "
        "either way; about {wanted} would bring that to {precise}.",
        "advice_twins": "{count} pairs look the same but are of two classes; one of the two is wrong: {one} "
        "and {other}.",
        "advice_duplicates": "{count} pictures look like another of their class; they stay on one side of "
        "the test, so they flatter no figure, but they teach little.",
        "advice_few": "{count} classes have fewer than {least} pictures ({classes}); with 20 and more of "
        "each they are told apart much better.",
        "advice_uneven": "{largest} has {most} pictures, {smallest} only {fewest}; the large class will be "
        "guessed too often. Add to the small ones.",
        "advice_small": "{count} photos have fewer than {least} pixels a side; larger ones show more to "
        "tell them by.",
        "advice_broken": "{count} pictures or rows are not as they should be; they are left out, and listed "
        "below.",
        "variant_raw": "As it is",
        "variant_raw_about": "Learns nothing: the network as ImageNet left it. Ready in a minute, and often "
        "good already.",
        "variant_probe": "Classes alone",
        "variant_probe_about": "A logistic regression on the frozen network: what has to be beaten.",
        "variant_head-random": "A head, random triplets",
        "variant_head-random_about": "The network stays as it is; a small head learns on top of it. Quick, "
        "and a good first choice.",
        "variant_head-hard": "A head, hard triplets",
        "variant_head-hard_about": "The same, but it learns from the pictures it gets wrong.",
        "variant_two-phase": "Head, then the end of the network",
        "variant_two-phase_about": "The best of them where there are many pictures. Takes its time.",
        "variant_siamese": "Pairs",
        "variant_siamese_about": "Twin networks that say whether two pictures show the same. Keeps no "
        "pictures; it stands in when another does not open.",
        "all_parameters": "All parameters",
        "of_run": "The run",
        "of_data": "The pictures",
        "of_phase": "Phase {name}",
        "as_default": "as given",
        "reset": "Back to the defaults",
        "param_margin": "Margin of the triplets",
        "param_serve_size": "Pixels a side it sees",
        "param_held_out": "Kept out to measure",
        "param_test_share": "Share that is kept out",
        "param_epochs": "Times through all pictures",
        "param_learning_rate": "Learning rate",
        "name_label": "Name of the collection",
        "name_hint": "Small letters, digits, - and _. A name that serves already will be replaced only when "
        "you say so.",
        "where": "Where",
        "start": "Start",
        "starting": "Starting",
        "choice_held_out_pictures": "pictures of every class",
        "choice_held_out_classes": "whole classes",
    },
    "fr": {
        "tab_new": "Nouvel entraînement",
        "tab_runs": "Entraînements",
        "closed_title": "Apprenez-lui vos images",
        "closed_lead": "Un zip de dossiers, un pour chaque chose à distinguer, devient une recherche à vous "
        ": examiné, appris, mesuré et mis en service depuis cette page.",
        "closed_sign_in": "Sur ce Space, seuls son propriétaire et ceux qu’il a nommés entraînent. "
        "Identifiez-vous pour montrer que c’est vous.",
        "closed_stranger": "Vous êtes identifié comme {name}. Sur ce Space, seuls son propriétaire et ceux "
        "qu’il nomme dans TRAINERS entraînent. Une copie à vous vous est ouverte.",
        "closed_no_oauth": "Ce Space n’identifie personne, donc personne n’y entraîne. Son propriétaire "
        "peut le changer : hf_oauth: true dans son README.",
        "closed_no_users": "D’autres peuvent atteindre cette copie, et elle ne nomme personne. Lancez-la "
        "avec BURIN_USERS pour y entraîner, ou ouvrez-la sur la machine même.",
        "closed_elsewhere": "Cette page a été ouverte depuis un autre site. Ouvrez-la seule pour entraîner.",
        "sign_in": "S’identifier avec Hugging Face",
        "sign_out": "Se déconnecter",
        "signed_in_as": "Identifié : {name}",
        "duplicate_to_train": "Dupliquer ce Space",
        "see_models": "Voir les modèles",
        "step_pictures": "Apportez des images",
        "step_look": "Regardez-les d’abord",
        "step_how": "Choisissez comment apprendre",
        "step_start": "Nommez, et lancez",
        "zip_drop": "Déposez ici un zip d’images",
        "zip_note": "Un dossier pour chaque chose à distinguer, dont il porte le nom. Ou des images et un "
        "CSV. Jusqu’à {mb} Mo.",
        "zip_over": "Lâchez pour l’examiner",
        "zip_choose": "Choisir un zip",
        "zip_again": "Apporter d’autres images",
        "zip_wanted": "Ce n’est pas un zip. Compressez les dossiers d’images en un seul, avec un CSV à côté "
        "s’il y en a un.",
        "zip_too_big": "Ce zip pèse {mb} Mo ; {most} Mo au plus sont pris.",
        "zip_arriving": "{name} arrive : {share}",
        "zip_looking": "Déplié et examiné : fichiers abîmés, images trop semblables, ce qui peut être appris",
        "zip_cancel": "Annuler",
        "hub_title": "Ou un jeu de données du Hub",
        "hub_name": "Jeu de données : propriétaire/nom",
        "hub_image": "Sa colonne d’images",
        "hub_label": "Sa colonne de noms",
        "hub_take": "L’examiner",
        "before_title": "Apportées avant",
        "before_one": "{name} : {n} images",
        "check_pictures": "images",
        "check_classes": "classes",
        "check_train": "pour apprendre",
        "check_validation": "pour savoir s’arrêter",
        "check_test": "mises de côté pour mesurer",
        "check_sheet": "Les premières images de chaque classe",
        "check_counts": "Images de chaque classe",
        "check_more": "et {n} de plus",
        "check_broken": "Laissées de côté : {n}",
        "check_twins": "Se ressemblent trop : {n} paires",
        "check_two_classes": "deux classes",
        "not_ready": "Rien ne peut être appris de ces images.",
        "advice_title": "Bon à savoir avant",
        "advice_good": "Rien ne s’oppose à apprendre avec ces images.",
        "advice_untested": "Rien ne peut être mis de côté pour mesurer : aucune classe n’a d’images de deux "
        "choses différentes. Ajoutez des images aux classes.",
        "advice_lone": "{count} classes sont apprises mais ne peuvent être mesurées, car leurs images sont "
        "toutes semblables ou uniques : {classes}.",
        "advice_rough": "{count} images servent à mesurer : un chiffre peut se tromper de {around} dans un "
        "sens ou l’autre ; il en faudrait {wanted} pour ramener cela à {precise}.",
        "advice_twins": "{count} paires se ressemblent mais sont de deux classes ; l’une des deux se trompe "
        ": {one} et {other}.",
        "advice_duplicates": "{count} images en répètent une autre de leur classe ; elles restent du même "
        "côté de la mesure et ne flattent aucun chiffre, mais apprennent peu.",
        "advice_few": "{count} classes ont moins de {least} images ({classes}) ; avec 20 ou plus de chacune "
        "elles se distinguent bien mieux.",
        "advice_uneven": "{largest} a {most} images, {smallest} seulement {fewest} ; la grande classe sera "
        "devinée trop souvent. Complétez les petites.",
        "advice_small": "{count} photos ont moins de {least} pixels de côté ; de plus grandes montrent "
        "mieux ce qui les distingue.",
        "advice_broken": "{count} images ou lignes ne sont pas comme il faut ; elles sont laissées de côté, "
        "et listées plus bas.",
        "variant_raw": "Tel quel",
        "variant_raw_about": "N’apprend rien : le réseau tel qu’ImageNet l’a laissé. Prêt en une minute, et "
        "souvent déjà bon.",
        "variant_probe": "Les classes seules",
        "variant_probe_about": "Une régression logistique sur le réseau gelé : ce qu’il faut dépasser.",
        "variant_head-random": "Une tête, triplets au hasard",
        "variant_head-random_about": "Le réseau reste tel quel ; une petite tête apprend au-dessus. "
        "Rapide, et un bon premier choix.",
        "variant_head-hard": "Une tête, triplets difficiles",
        "variant_head-hard_about": "La même, mais elle apprend des images où elle se trompe.",
        "variant_two-phase": "La tête, puis la fin du réseau",
        "variant_two-phase_about": "La meilleure quand il y a beaucoup d’images. Prend son temps.",
        "variant_siamese": "Par paires",
        "variant_siamese_about": "Des réseaux jumeaux qui disent si deux images montrent la même chose. Ne "
        "garde aucune image ; remplace un autre qui ne s’ouvre pas.",
        "all_parameters": "Tous les paramètres",
        "of_run": "L’entraînement",
        "of_data": "Les images",
        "of_phase": "Phase {name}",
        "as_default": "par défaut",
        "reset": "Revenir aux valeurs données",
        "param_margin": "Marge des triplets",
        "param_serve_size": "Pixels de côté qu’il voit",
        "param_held_out": "Mis de côté pour mesurer",
        "param_test_share": "Part mise de côté",
        "param_epochs": "Passages sur toutes les images",
        "param_learning_rate": "Pas d’apprentissage",
        "name_label": "Nom de la collection",
        "name_hint": "Minuscules, chiffres, - et _. Un nom déjà en service ne sera remplacé que si vous le "
        "dites.",
        "where": "Où",
        "start": "Lancer",
        "starting": "Lancement",
        "choice_held_out_pictures": "des images de chaque classe",
        "choice_held_out_classes": "des classes entières",
    },
}
