"""Words mail programs put round the mail they quote, by language: verbs, openers, header labels, separators."""

import re

_WROTE = (
    "schrieb(?:en)?", "schreibt", "geschrieben", "a [ée]crit", "[ée]crivait", "escribi[óo]", "ha escrito", "escriu",
    "va escriure", "ha escrit", "escreveu", "scrive", "scrisse", "ha scritto", "schreef", "geschreven", "skrev",
    "skrifa[ðd]i", "kirjoitti", "kirjutas", "napisa[łl](?:a|\\(a\\))?", "pisze", "napsal(?:a|\\(a\\))?", "píše",
    "napísal(?:a|\\(a\\))?", "[íi]rta", "a scris", "написал(?:а|\\(а\\))?", "пишет", "писал(?:а)?", "пише",
    "написав(?:ла)?", "написала", "написа", "έγραψε", "yazdı", "写道", "寫道", "のメッセージ", "書きました",
    "のメール", "작성", "님이", "쓴 글", "提到", "đã viết",
    "เขียน(?:ว่า)?", "menulis", "כתב(?:ה|/ה)?", "كتب(?:ت)?", "نوشت", "rašė",
    "rakstīja", "je napisa(?:o|la)", "napisao", "napisala", "je napisal(?:a)?", "shkroi", "लिखा",
)  # fmt: skip
_OPENERS = (
    "on", "at", "am", "um", "vom", "le", "el", "il(?: giorno)?", "em", "op", "den", "på", "w dniu", "dnia", "dne",
    "dňa", "la", "pe", "în data de", "no dia", "o dia", "pada", "vào(?: lúc)?", "στις", "в", "на", "з", "kuupäeval",
    "dana", "ב-?", "ב", "في", "در", "เมื่อ", "在", "于", "於", "dia", "kl", "data", "mon\\w*", "tue\\w*", "wed\\w*",
    "thu\\w*", "fri\\w*", "sat\\w*", "sun\\w*", "mo", "di", "mi", "do", "fr", "sa", "so", "man", "tir", "ons",
    "tor", "fre", "lør", "søn", "lun", "mar", "mer", "mié", "jeu", "jue", "ven", "vie", "sam", "sáb", "dim", "dom",
    "gio", "sab", "pon", "wt", "śr", "czw", "pt", "sob", "niedz", "пн", "вт", "ср", "чт", "пт", "сб", "вс", "нд",
    "\\w+(?:day|tag|edi|dag|ek|ota)",
)  # fmt: skip
# English verbs stand right before the colon; elsewhere they are part of a sentence.
WROTE = re.compile(
    r"(?:wrote|writes|sent)\s*[:：*_–—-]|wrote on (?=\d)|のメッセージ|写道|寫道|書きました|작성|"
    rf"(?<![^\W\d_])(?:{'|'.join(_WROTE)})(?![^\W\d_])",
    re.IGNORECASE,
)
OPENER = re.compile(
    rf"[\s>*_–—\u200e\u200f\u202a-\u202e\u2066-\u2069-]{{0,20}}(?:(?:{'|'.join(_OPENERS)})[\s.,]|\d|在|于)",
    re.IGNORECASE,
)
MOMENT = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?!\d)|(?<!\d)\d{1,2}[:.h]\d{2}(?!\d)|(?<!\d)\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?!\d)"
)

_LABELS = {
    "sender": (
        "from", "von", "de", "da", "van", "från", "fra", "frá", "od", "lähettäjä", "от", "від", "kimden",
        "gönderen", "发件人", "發件人", "寄件者", "寄件人", "差出人", "送信者", "보낸 ?사람", "từ", "จาก", "מאת",
        "من", "feladó", "de la", "expéditeur", "remitente", "mittente", "afzender", "avsändare", "afsender",
        "saatja", "no", "nuo", "από", "šalje", "odesílatel", "odosielateľ", "dari", "pošiljatelj", "отправитель",
        "از",
    ),
    "moment": (
        "sent", "date", "gesendet(?: am)?", "datum", "envoyé(?: le)?", "date d'envoi", "enviado(?: el| em)?",
        "enviada(?: em)?", "fecha", "data", "inviato", "verzonden", "skickat", "sendt", "dato", "wysłan[oey]",
        "odesláno", "odoslané", "dátum", "elküldve", "küldve", "lähetetty", "päivämäärä", "päiväys", "отправлено",
        "дата", "надіслано", "gönderildi", "gönderme tarihi", "tarih", "发送时间", "發送時間", "日期", "寄件日期",
        "傳送時間", "傳送日期", "送信日時", "日付", "日時", "보낸 ?날짜", "날짜", "ngày", "đã gửi", "วันที่",
        "ส่งเมื่อ", "נשלח", "תאריך", "تم الإرسال", "التاريخ", "تاريخ الإرسال", "trimis", "στάλθηκε", "ημερομηνία",
        "poslano", "message du", "dikirim", "tanggal", "saadetud", "nosūtīts", "išsiųsta", "изпратено",
        "data wysłania", "время", "enviat",
    ),
    "to": (
        "to", "an", "à", "a", "para", "aan", "till", "til", "do", "komu", "vastaanottaja", "кому", "kime", "收件人",
        "收件者", "宛先", "받는 ?사람", "đến", "tới", "ถึง", "אל", "إلى", "címzett", "către", "προς", "za", "prima",
        "kepada", "destinataire", "destinatario", "empfänger", "до", "к", "per a",
    ),
    "copy": (
        "cc", "kopie", "copie(?: à)?", "copia", "cópia", "dw", "kopia", "kopi", "копия", "копія", "bilgi", "抄送",
        "副本", "참조", "másolatot kap", "κοιν", "ccn", "cco",
    ),
    "subject": (
        "subject", "betreff", "betr", "objet", "sujet", "asunto", "assunto", "oggetto", "onderwerp", "ämne", "emne",
        "efni", "temat", "předmět", "predmet", "aihe", "тема", "konu", "主题", "主旨", "主題", "件名", "제목",
        "chủ đề", "tiêu đề", "เรื่อง", "נושא", "الموضوع", "tárgy", "subiect", "θέμα", "perihal", "subjek", "naslov",
        "zadeva", "teema", "temats", "tema", "относно", "assumpte",
    ),
    "reply": (
        "reply-to", "antwort an", "répondre à", "responder a", "rispondi a", "ответить", "importance",
        "wichtigkeit", "priorität",
    ),
}  # fmt: skip
_ANY_LABEL = "|".join(f"(?P<{kind}>{'|'.join(words)})" for kind, words in _LABELS.items())
LABEL = re.compile(rf"[\s>*_|]{{0,12}}(?:{_ANY_LABEL})\s?[*_]{{0,2}}\s{{0,3}}[:：]", re.IGNORECASE)

_ORIGINAL = (
    "original",
    "original message", "original e-?mail", "original appointment", "reply message", "ursprüngliche nachricht",
    "urspruengliche nachricht", "originalnachricht", "original-nachricht", "antwort nachricht",
    "ursprüngliche mail", "originalmail", "message d['’]origine", "message original", "message initial",
    "courriel original", "mensaje original", "mensaje de origen", "missatge original", "mensagem original",
    "messaggio originale", "messaggio di origine", "oorspronkelijk bericht", "origineel bericht",
    "ursprungligt meddelande", "originalmeddelande", "oprindelig meddelelse", "original meddelelse",
    "opprinnelig melding", "originalmelding", "alkuperäinen viesti", "oryginalna wiadomość", "wiadomość oryginalna",
    "wiadomość pierwotna", "původní zpráva", "původní e-?mail", "pôvodná správa", "eredeti üzenet",
    "исходное сообщение", "оригинальное сообщение", "первоначальное сообщение", "початкове повідомлення",
    "оригінальне повідомлення", "оригинално съобщение", "orijinal mesaj", "özgün ileti", "asıl mesaj", "原始邮件",
    "原始郵件", "原邮件", "原始訊息", "元のメッセージ", "元のメール", "オリジナルメッセージ", "원본 메시지",
    "원본 메일", "thư gốc", "tin nhắn gốc", "mesaj original", "mesajul original", "αρχικό μήνυμα", "הודעה מקורית",
    "الرسالة الأصلية", "originalpost", "pesan asli", "mesej asal", "originalna poruka", "izvorna poruka",
    "izvirno sporočilo",
)  # fmt: skip
ORIGINAL = re.compile(
    rf"\s{{0,20}}[-_=*~>‐–—―]{{2}}[-_=*~\s‐–—―]{{0,80}}(?:{'|'.join(_ORIGINAL)})\s*:?[-_=*~\s‐–—―]*$", re.IGNORECASE
)
ABOVE = re.compile(
    r"[\s#*=~_-]{0,80}(?:please |bitte |veuillez )?(?:reply|respond|type|write|antworten|antwort|schreiben|répond\w+"
    r"|responda|escriba|rispond\w+|odpowiedz|svara?|antwoord)\b.{0,40}(?:above|oberhalb|über|au-dessus|encima|acima|sopra|powyżej"
    r"|ovanför|boven)\b.{0,20}(?:line|linie|zeile|ligne|línea|linha|linea|linii|linj\w+|lijn)[\s#*=~_.-]*$",
    re.IGNORECASE,
)
_FORWARDED = (
    "forwarded(?: message| by| mail)?", "begin forwarded message", "start of forwarded message", "fwd message",
    "weitergeleitete nachricht", "anfang der weitergeleiteten (?:nachricht|e-?mail)", "weitergeleitet von",
    "message transféré", "message réexpédié", "début du message (?:réexpédié|transféré)", "mensaje reenviado",
    "inicio del mensaje reenviado", "mensagem encaminhada", "mensagem reencaminhada",
    "início da mensagem (?:re)?encaminhada", "messaggio inoltrato", "inizio messaggio inoltrato",
    "doorgestuurd bericht", "begin doorgestuurd bericht", "vidarebefordrat (?:meddelande|brev)",
    "början på vidarebefordrat brev", "videresendt (?:melding|besked|meddelelse)",
    "videresend(?:t|te) (?:melding|besked)", "start på videresendt besked", "välitetty viesti",
    "edelleenlähetetty viesti", "przekazana wiadomość", "wiadomość przekazana", "przeposlaná zpráva",
    "přeposlaná zpráva", "preposlaná správa", "továbbított üzenet", "пересылаемое сообщение",
    "пересланное сообщение", "переслане повідомлення", "yönlendirilen (?:ileti|mesaj)", "iletilen ileti",
    "转发的邮件", "轉寄郵件", "转发邮件", "転送メッセージ", "転送されたメッセージ", "전달된 메시지",
    "thư đã chuyển tiếp", "mesaj redirecționat", "προωθημένο μήνυμα", "הודעה שהועברה", "رسالة مُعاد توجيهها",
    "missatge reenviat", "pesan terusan", "proslijeđena poruka", "posredovano sporočilo",
)  # fmt: skip
FORWARDED = re.compile(
    rf"[\s>]{{0,20}}(?:[-_=*~‐–—―]{{2}}[-_=*~\s‐–—―]{{0,80}}(?:{'|'.join(_FORWARDED)})\b"
    r"|(?:begin|anfang|début|inicio|início|inizio|början|start)\b.{0,20}\b(?:forwarded|weitergeleitet\w*|réexpédié|transféré"
    r"|reenviado|encaminhada|inoltrato|doorgestuurd|vidarebefordrat|videresendt).{0,20}:?\s*$)",
    re.IGNORECASE,
)
# A line none of the patterns here can match, by its letters alone ("wrote" apart): it begins with a letter, not with a
# word of FORWARDED or ABOVE, and has none of the marks every other pattern needs.
_NOT_FIRST = (
    r"(?i:(?!begin|anfang|début|inicio|início|inizio|början|start|please|bitte|veuillez|reply|respond|type|write|antwo"
    r"|schreiben|répond|escriba|rispond|odpowiedz|svar))"
)
ORDINARY = re.compile(_NOT_FIRST + r"[^\W\d_][^\d@:：>²³¹]*\Z")
ORDINARY_ASCII = re.compile(_NOT_FIRST + r"[A-Za-z][^0-9@:>]*\Z")  # the same for ASCII: a table, not a list of marks
FORWARD_SUBJECT = re.compile(
    r"\s*(?:\[[^\]]{0,40}\]\s*)?(?:fwd?|wg|tr|rv|enc|i|doorst|vb|vl|pd|továbbítás|ilet|пер|转发|轉寄|転送|전달|προωθ|fs)\s*[:：]",
    re.IGNORECASE,
)

_SENT_FROM = (
    "sent (?:from|via|with|using)", "get outlook for", "von meinem", "gesendet (?:von|mit|über)",
    "diese (?:nachricht|e-?mail) wurde von", "envoyé (?:de|depuis|avec|à partir)", "télécharger outlook",
    "enviado (?:desde|do|de|a partir|con|mediante|via)", "obtener outlook", "obter o outlook", "inviato (?:da|dal|con)",
    "ottieni outlook", "scarica outlook", "verzonden (?:vanaf|met|van|via)", "verstuurd vanaf", "outlook voor",
    "skickat från", "skickades från", "hämta outlook", "sendt fra", "hent outlook", "lähetetty", "hanki outlook",
    "wysłan[oe] z", "pobierz program outlook", "odesláno (?:z|pomocí)", "odoslané z", "küldve", "отправлено (?:с|из)",
    "надіслано з", "gönderildi", "iphone['’]?umdan gönderildi", "发自我的", "從我的", "从我的", ".{0,20}から送信",
    "나의 .{1,20}에서 보냄", "được gửi từ", "gửi từ", "ส่งจาก", "נשלח מ", "أُرسلت من", "مرسل من",
    "trimis (?:de pe|din|de la)", "στάλθηκε από", "dikirim dari", "poslan[oé] (?:z|s|iz)", "elküldve az? ",
    "az? .{1,20} (?:készülékemről|telefonomról) küldve", "發自我的", "来自我的", "내 .{1,20}에서 보냄",
    "đã gửi từ", "saadetud minu", "išsiųsta iš", "sūtīts no", "изпратено от мо[яй]", "enviat des del?",
    "provenance\\s?:",
    "(?:holen sie sich|obten(?:ir|ez)|obt[eé]n(?:ha o|er)?|ontvang|få|stáhnout|získejte|скачать|get|获取) \\[?outlook",
    "pobierz aplikację outlook", "outlook für (?:ios|android)", "(?:ios|android)(?: için|용) outlook",
    "outlook for (?:ios|android)\\s?[をの]",
)  # fmt: skip
MOBILE = re.compile(rf"\s{{0,20}}[*_(\[]{{0,4}}(?:{'|'.join(_SENT_FROM)})", re.IGNORECASE)
