//! The files that the configuration names, and the errors of the system.

use super::TranslatedRow;

/// See the module above.
pub const ROWS: &[TranslatedRow] = &[
    (
        "{}: the broker's password cannot be read ({})\n    Store it with: sudo linky-sensor set-password",
        "{0} : le mot de passe du broker ne peut pas être lu ({1})\n    Rangez-le par : sudo linky-sensor set-password",
    ),
    (
        "{}: found something else, expected the broker's password on one line, in UTF-8\n    Store it with: sudo linky-sensor set-password",
        "{0} : autre chose que le mot de passe du broker sur une ligne, en UTF-8\n    Rangez-le par : sudo linky-sensor set-password",
    ),
    (
        "{}: found a password, expected mqtt.username to be set as well\n    Add username = \"…\" in [mqtt]: MQTT has no password without a user.",
        "{0} : un mot de passe, et pas de mqtt.username\n    Ajoutez username = \"…\" sous [mqtt] : MQTT n'a pas de mot de passe sans utilisateur.",
    ),
    (
        "{}: no such file. Put it there, or correct {} in [mqtt]",
        "{0} : aucun fichier. Mettez-le là, ou corrigez {1} sous [mqtt]",
    ),
    (
        "{}: it may not be read. Let the user {} read it: {}",
        "{0} : il ne peut pas être lu. Laissez l'utilisateur {1} le lire : {2}",
    ),
    (
        "{}: it may not be read. It holds no secret: sudo chmod a+r {}, and a+x on its directory",
        "{0} : il ne peut pas être lu. Il ne contient aucun secret : sudo chmod a+r {1}, et a+x sur son dossier",
    ),
    (
        "{}: it cannot be read ({})",
        "{0} : il ne peut pas être lu ({1})",
    ),
    (
        "{}: it is larger than any certificate or key. Check the path",
        "{0} : il est plus grand que tout certificat et toute clé. Vérifiez le chemin",
    ),
    (
        "{}: it is in DER, expected PEM. Convert it: {}",
        "{0} : il est en DER, attendu : PEM. Convertissez-le : {1}",
    ),
    (
        "{}: it holds no certificate, expected one in PEM, which begins with {}",
        "{0} : il ne contient pas de certificat, attendu : un certificat en PEM, qui commence par {1}",
    ),
    (
        "{}: it holds no key, expected one that begins with {}",
        "{0} : il ne contient pas de clé, attendu : une clé qui commence par {1}",
    ),
    (
        "{}: its key is encrypted with a passphrase, expected PKCS#8 in PEM, not encrypted. Convert it: {}",
        "{0} : sa clé est chiffrée par une phrase de passe, attendu : PKCS#8 en PEM, non chiffrée. Convertissez-la : {1}",
    ),
    (
        "{}: its key is in another format, expected PKCS#8 in PEM, not encrypted. Convert it: {}",
        "{0} : sa clé est dans un autre format, attendu : PKCS#8 en PEM, non chiffrée. Convertissez-la : {1}",
    ),
    (
        "{}: its key is damaged. Copy it again",
        "{0} : sa clé est abîmée. Copiez-la de nouveau",
    ),
    (
        "{}: it is not the key of the certificate {}. The first certificate there must be the client's",
        "{0} : ce n'est pas la clé du certificat {1}. Le premier certificat qui s'y trouve doit être celui du client",
    ),
    (
        "{}: OpenSSL does not take it with {}: {}",
        "{0} : OpenSSL ne le prend pas avec {1} : {2}",
    ),
    (
        "OpenSSL cannot be set up: {}",
        "OpenSSL ne peut pas être préparé : {0}",
    ),
    (
        "a capture of version {}, expected {}; read it with the linky-sensor that wrote it, or a later one",
        "une capture de version {0}, attendu : {1} ; lisez-la avec le linky-sensor qui l'a écrite, ou un plus récent",
    ),
    // What the daemon refuses to capture.
    (
        "only root may capture: the bytes hold the serial number",
        "seul root peut capturer : les octets contiennent le numéro de série",
    ),
    (
        "no request came in time",
        "la demande n'est pas venue à temps",
    ),
    (
        "too many captures begin at once",
        "trop de captures commencent à la fois",
    ),
    (
        "the meter cannot be captured: {}",
        "le compteur ne peut pas être capturé : {0}",
    ),
    (
        "there are several meters, name one: {}",
        "il y a plusieurs compteurs, nommez-en un : {0}",
    ),
    (
        "no meter has the id {}; there are: {}",
        "aucun compteur n'a l'id {0} ; il y a : {1}",
    ),
    ("the daemon does not read {}", "le service ne lit pas {0}"),
    // What errors on a line point to.
    (
        "short pulses are lost, likely an adapter that is too slow for 9600 baud: one made for 1200 baud cannot follow the standard mode",
        "les impulsions courtes se perdent, sans doute un adaptateur trop lent pour 9600 bauds : un qui est fait pour 1200 bauds ne suit pas le mode standard",
    ),
    (
        "all pulses are too long, likely a meter in historique mode (1200 baud) that is read at 9600 baud: leave `mode` at auto, and set a server to 1200 baud, 7E1",
        "toutes les impulsions sont trop longues, sans doute un compteur en mode historique (1200 bauds) lu à 9600 bauds : laissez `mode` à auto, et réglez un serveur sur 1200 bauds, 7E1",
    ),
    (
        "bits of one level are lost, likely weak levels: check the contacts, the length of the wires and the resistors of the adapter",
        "les bits d'un même niveau se perdent, sans doute des niveaux trop faibles : vérifiez les contacts, la longueur des fils et les résistances de l'adaptateur",
    ),
    (
        "most bits are the wrong ones, likely an adapter whose output is inverted",
        "la plupart des bits sont faux, sans doute un adaptateur dont la sortie est inversée",
    ),
    // The system.
    ("the system bus", "le bus système"),
    ("the session bus", "le bus de session"),
    ("I/O error: {}", "{0}"),
    ("unexpected end of file", "la connexion est coupée"),
    (
        "No such file or directory (os error 2)",
        "fichier ou dossier introuvable",
    ),
    ("permission denied", "accès refusé"),
    ("it is empty", "il est vide"),
    ("the two are not the same", "les deux ne sont pas les mêmes"),
    ("Permission denied (os error 13)", "accès refusé"),
    ("Is a directory (os error 21)", "c'est un dossier"),
    ("Not a directory (os error 20)", "ce n'est pas un dossier"),
    ("File exists (os error 17)", "le fichier existe déjà"),
    ("No space left on device (os error 28)", "disque plein"),
    (
        "Read-only file system (os error 30)",
        "disque en lecture seule",
    ),
    ("Input/output error (os error 5)", "erreur d'entrée-sortie"),
    (
        "Too many open files (os error 24)",
        "trop de fichiers ouverts",
    ),
    ("Connection refused (os error 111)", "connexion refusée"),
    (
        "stream did not contain valid UTF-8",
        "ce n'est pas de l'UTF-8",
    ),
];
