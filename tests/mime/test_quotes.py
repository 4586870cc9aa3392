"""What the writer added, for the ways mail programs quote: one row per program and language."""

import pytest

from gateway.mime.parse import parse

# Intros as the programs write them, before quoted and before unquoted text.
INTROS = """\
On Mon, Mar 4, 2024 at 10:00 AM Anna Berg <anna@x.example> wrote:
On Mon, 4 Mar 2024 10:00:00 +0100 Anna Berg <anna@x.example> wrote:
On 4 Mar 2024, at 10:00, Anna Berg <anna@x.example> wrote:
On 3/4/2024 10:00 AM, Anna Berg wrote:
On Monday, March 4, 2024 at 10:00:00 AM GMT+1, Anna Berg <anna@x.example> wrote:
On Monday, March 4th, 2024 at 10:00 AM, Anna Berg <anna@x.example> wrote:
On 2024-03-04 10:00, Anna Berg wrote:
On Mon, 2024-03-04 at 10:00 +0100, Anna Berg wrote:
On Mar 4 2024, at 10:00 am, Anna Berg <anna@x.example> wrote:
On 4 Mar 2024, 10:00 +0100, Anna Berg <anna@x.example>, wrote:
On March 4, 2024, Anna Berg <anna@x.example> wrote:
At 3/4/2024 10:00 AM, you wrote:
---- On Mon, 04 Mar 2024 10:00:00 +0100 Anna Berg <anna@x.example> wrote ----
Anna Berg <anna@x.example> wrote:
Anna Berg <anna@x.example> writes:
Quoting Anna Berg <anna@x.example>:
Zitat von Anna Berg <anna@x.example>:
Am Mo., 4. März 2024 um 10:00 Uhr schrieb Anna Berg <anna@x.example>:
Am 04.03.2024 um 10:00 schrieb Anna Berg <anna@x.example>:
Am 04.03.24 um 10:00 schrieb Anna Berg:
Am Montag, 4. März 2024, 10:00:00 CET schrieb Anna Berg:
Am Montag, dem 04.03.2024 um 10:00 +0100 schrieb Anna Berg:
Am Montag, 4. März 2024 um 10:00:00 MEZ hat Anna Berg <anna@x.example> Folgendes geschrieben:
Anna Berg <anna@x.example> schrieb am Mo., 4. März 2024, 10:00:
Le lun. 4 mars 2024 à 10:00, Anna Berg <anna@x.example> a écrit :
Le 4 mars 2024 à 10:00, Anna Berg <anna@x.example> a écrit :
Le 04/03/2024 à 10:00, Anna Berg a écrit :
Le lundi 4 mars 2024 à 10:00:00 UTC+1, Anna Berg <anna@x.example> a écrit :
El lun, 4 mar 2024 a las 10:00, Anna Berg (<anna@x.example>) escribió:
El 4/3/24 a las 10:00, Anna Berg escribió:
En lunes, 4 de marzo de 2024, 10:00:00 CET, Anna Berg <anna@x.example> escribió:
Em seg., 4 de mar. de 2024 às 10:00, Anna Berg <anna@x.example> escreveu:
Anna Berg <anna@x.example> escreveu (segunda, 4/03/2024 à(s) 10:00):
No dia 4/03/2024, às 10:00, Anna Berg <anna@x.example> escreveu:
Il giorno lun 4 mar 2024 alle ore 10:00 Anna Berg <anna@x.example> ha scritto:
Il 04/03/2024 10:00, Anna Berg ha scritto:
Op ma 4 mrt 2024 om 10:00 schreef Anna Berg <anna@x.example>:
Op 4 mrt 2024, om 10:00 heeft Anna Berg <anna@x.example> het volgende geschreven:
Op 4-3-2024 om 10:00 schreef Anna Berg:
Den mån 4 mars 2024 kl 10:00 skrev Anna Berg <anna@x.example>:
4 mars 2024 kl. 10:00 skrev Anna Berg <anna@x.example>:
Den 2024-03-04 kl. 10:00, skrev Anna Berg:
Den man. 4. mar. 2024 kl. 10.00 skrev Anna Berg <anna@x.example>:
Den 04.03.2024 10:00, skrev Anna Berg:
man. 4. mars 2024 kl. 10:00 skrev Anna Berg <anna@x.example>:
ma 4. maalisk. 2024 klo 10.00 Anna Berg (anna@x.example) kirjoitti:
Anna Berg kirjoitti 4.3.2024 klo 10.00:
Anna Berg <anna@x.example> kirjoitti 4.3.2024 kello 10.00:
pon., 4 mar 2024 o 10:00 Anna Berg <anna@x.example> napisał(a):
W dniu 4.03.2024 o 10:00, Anna Berg pisze:
Wiadomość napisana przez Anna Berg <anna@x.example> w dniu 04.03.2024, o godz. 10:00:
po 4. 3. 2024 v 10:00 odesílatel Anna Berg <anna@x.example> napsal:
Dne 04. 03. 24 v 10:00 Anna Berg napsal(a):
po 4. 3. 2024 o 10:00 Anna Berg <anna@x.example> napísal(a):
Anna Berg <anna@x.example> ezt írta (időpont: 2024. márc. 4., H, 10:00):
2024. 03. 04. 10:00 keltezéssel, Anna Berg írta:
În lun., 4 mar. 2024 la 10:00, Anna Berg <anna@x.example> a scris:
пн, 4 мар. 2024 г. в 10:00, Anna Berg <anna@x.example>:
4 марта 2024 г., в 10:00, Anna Berg <anna@x.example> написал(а):
04.03.2024 10:00, Anna Berg пишет:
04.03.2024, 10:00, "Anna Berg" <anna@x.example>:
Понедельник, 4 марта 2024, 10:00 +03:00 от Anna Berg <anna@x.example>:
пн, 4 бер. 2024 р. о 10:00 Anna Berg <anna@x.example> пише:
На пн, 4.03.2024 г. в 10:00 Anna Berg <anna@x.example> написа:
Στις Δευ 4 Μαρ 2024 στις 10:00 π.μ., ο χρήστης Anna Berg <anna@x.example> έγραψε:
Anna Berg <anna@x.example>, 4 Mar 2024 Pzt, 10:00 tarihinde şunu yazdı:
Anna Berg <anna@x.example> şunları yazdı (4 Mar 2024 10:00):
2024年3月4日(月) 10:00 Anna Berg <anna@x.example>:
2024/03/04 10:00、Anna Berg <anna@x.example>のメール:
Anna Berg <anna@x.example> 于2024年3月4日周一 10:00写道：
Anna Berg <anna@x.example> 於 2024年3月4日 週一 上午10:00寫道：
在 2024年3月4日，上午10:00，Anna Berg <anna@x.example> 写道：
在 2024/3/4 10:00, Anna Berg 写道:
2024년 3월 4일 (월) 오전 10:00, Anna Berg <anna@x.example>님이 작성:
2024. 3. 4. 오전 10:00, Anna Berg <anna@x.example> 작성:
Vào Th 2, 4 thg 3, 2024 vào lúc 10:00 Anna Berg <anna@x.example> đã viết:
เมื่อ จ. 4 มี.ค. 2024 เวลา 10:00 Anna Berg <anna@x.example> เขียนว่า:
Pada tanggal Sen, 4 Mar 2024 pukul 10.00 Anna Berg <anna@x.example> menulis:
בתאריך יום ב׳, 4 במרץ 2024 ב-10:00 מאת Anna Berg <anna@x.example>:
في الاثنين، 4 مارس 2024 في 10:00 ص تمت كتابة ما يلي بواسطة Anna Berg <anna@x.example>:
Missatge de Anna Berg <anna@x.example> del dia dl., 4 de març 2024 a les 10:00:
pon, 4. ožu 2024. u 10:00 Anna Berg <anna@x.example> napisao je:
V pon., 4. mar. 2024 ob 10:00 je oseba Anna Berg <anna@x.example> napisala:
2024-03-04, pr, 10:00 Anna Berg <anna@x.example> rašė:
Kuupäev E, 4. märts 2024 kell 10:00 kirjutas kasutaja Anna Berg <anna@x.example>:
Kontakt Anna Berg (<anna@x.example>) kirjutas kuupäeval E, 4. märts 2024 kell 10:00:
\u202bבתאריך יום ב׳, 4 במרץ 2024 ב-10:00 מאת \u202aAnna Berg\u202c\u200f <\u202aanna@x.example\u202c\u200f>:\u202c
於 2024/3/4 10:00, Anna Berg 提到:
24. 3. 4. 10:00에 Anna Berg 이(가) 쓴 글:
anna@x.example wrote on 03/04/2024 10:00:00:
>>> Anna Berg 3/4/2024 10:00 AM >>>
>>> Anna Berg <anna@x.example> 04.03.2024 10:00 >>>
""".splitlines()

# Labels of the header block Outlook puts above the quoted mail.
LABELS = """\
From|Sent|To|Subject
Von|Gesendet|An|Betreff
De|Envoyé|À|Objet
De|Enviado|Para|Asunto
De|Enviada em|Para|Assunto
De|Enviat|Per a|Assumpte
Da|Inviato|A|Oggetto
Van|Verzonden|Aan|Onderwerp
Från|Skickat|Till|Ämne
Fra|Sendt|Til|Emne
Lähettäjä|Lähetetty|Vastaanottaja|Aihe
Od|Wysłane|Do|Temat
Od|Odesláno|Komu|Předmět
Od|Odoslané|Komu|Predmet
Feladó|Elküldve|Címzett|Tárgy
De la|Trimis|Către|Subiect
От|Отправлено|Кому|Тема
Від|Надіслано|Кому|Тема
Από|Στάλθηκε|Προς|Θέμα
Kimden|Gönderildi|Kime|Konu
差出人|送信日時|宛先|件名
发件人|发送时间|收件人|主题
寄件者|寄件日期|收件者|主旨
보낸 사람|보낸 날짜|받는 사람|제목
Từ|Đã gửi|Đến|Chủ đề
מאת|נשלח|אל|נושא
من|تاريخ الإرسال|إلى|الموضوع
""".splitlines()

SEPARATORS = """\
-----Original Message-----
-------- Original message --------
------- Original Message -------
-----Ursprüngliche Nachricht-----
-------- Ursprüngliche Nachricht --------
-----Message d'origine-----
-------- Message original --------
-----Mensaje original-----
-----Mensagem original-----
-----Messaggio originale-----
-----Oorspronkelijk bericht-----
-----Ursprungligt meddelande-----
-----Oprindelig meddelelse-----
-----Opprinnelig melding-----
-----Alkuperäinen viesti-----
-----Oryginalna wiadomość-----
-----Původní zpráva-----
-----Eredeti üzenet-----
-----Mesaj original-----
-----Исходное сообщение-----
-----Orijinal Mesaj-----
-----原始邮件-----
------------------ 原始邮件 ------------------
------------------ Original ------------------
‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐
-----元のメッセージ-----
-----원본 메시지-----
##- Please type your reply above this line -##
""".splitlines()

MOBILE = """\
Sent from my iPhone
Sent from my Galaxy
Sent from Mail for Windows
Get Outlook for Android
Von meinem iPhone gesendet
Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet
Envoyé de mon iPhone
Enviado desde mi iPhone
Enviado do meu iPhone
Inviato da iPhone
Verstuurd vanaf mijn iPhone
Skickat från min iPhone
Sendt fra min iPhone
Lähetetty iPhonesta
Wysłane z iPhone'a
Odesláno z iPhonu
Отправлено с iPhone
iPhone'umdan gönderildi
iPhoneから送信
发自我的iPhone
나의 iPhone에서 보냄
내 iPhone에서 보냄
Sent from my Carrier, Maker Model smartphone
Sent from Some Mail (https://mail.example/), the app for mail
Holen Sie sich Outlook für iOS
Obtenir Outlook pour iOS
Obtén Outlook para Android
Ontvang Outlook voor iOS
Stáhnout Outlook pro iOS
Скачать Outlook для iOS
获取 Outlook for iOS
Outlook for iOS を入手
Android용 Outlook 받기
Az iPhone készülékemről küldve
Đã gửi từ iPhone của tôi
""".splitlines()


def reply_text(body: str, *, kind: str = "plain", subject: str = "Re: Printer") -> str:
    head = f"From: a@x.example\nSubject: {subject}\nContent-Type: text/{kind}; charset=utf-8\n\n"
    return parse(f"{head}{body}".encode()).reply_text


@pytest.mark.parametrize("intro", INTROS)
def test_the_intro_and_the_marked_quote_go(intro: str) -> None:
    assert (
        reply_text(f"It works now.\n\nThanks\n\n{intro}\n\n> Did you try again?\n>\n> Bob\n")
        == "It works now.\n\nThanks"
    )


@pytest.mark.parametrize("intro", [one for one in INTROS if len(one) > 70])
def test_an_intro_broken_over_two_lines_goes(intro: str) -> None:
    at = intro.rfind(" ", 0, 70)
    broken = f"{intro[:at]}\n{intro[at + 1 :]}"
    assert reply_text(f"It works now.\n\n{broken}\n\n> Did you try again?\n") == "It works now."
    assert reply_text(f"It works now.\n\n{broken}\n\nDid you try again?\n") == "It works now."


@pytest.mark.parametrize("intro", [one for one in INTROS if "@" in one or "wrote" in one])
def test_an_answer_below_the_quote_stays(intro: str) -> None:
    assert reply_text(f"{intro}\n> Did you try again?\n\nYes, twice.\n") == "Yes, twice."


@pytest.mark.parametrize("intro", [one for one in INTROS if not one.startswith(("Quoting", "Zitat"))])
def test_what_follows_an_intro_without_marks_is_quoted(intro: str) -> None:
    assert reply_text(f"It works now.\n\n{intro}\n\nDid you try again?\n\nBob\n") == "It works now."


@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize("shape", ["{}: {}", "*{}:* {}", "{} : {}", "{}：{}"])
def test_a_header_block_begins_the_quote(labels: str, shape: str) -> None:
    values = ("Bob <bob@desk.example>", "Monday, 4 March 2024 10:00", "Anna", "Printer")
    block = "\n".join(shape.format(label, value) for label, value in zip(labels.split("|"), values, strict=True))
    assert reply_text(f"It works now.\n\n{block}\n\nDid you try again?\n") == "It works now."
    assert reply_text(f"It works now.\n________________________________\n{block}\n\nDid you?\n") == "It works now."


@pytest.mark.parametrize("separator", SEPARATORS)
def test_a_separator_begins_the_quote(separator: str) -> None:
    assert reply_text(f"It works now.\n\n{separator}\nDid you try again?\n") == "It works now."


@pytest.mark.parametrize("line", MOBILE)
def test_what_phones_add_goes(line: str) -> None:
    assert reply_text(f"It works now.\n\n{line}\n") == "It works now."
    assert (
        reply_text(f"It works now.\n\n{line}\n\nOn 4 Mar 2024, at 10:00, Bob <b@x.example> wrote:\n\n> Hi\n")
        == "It works now."
    )


@pytest.mark.parametrize(
    "text",
    [
        "Sent from my desk, this is much easier than from the phone.",
        "On Monday I wrote the letter.\nOn Tuesday: nothing.",
        "Route:\nFrom: Berlin\nTo: Munich\nDate: Monday",
        "Invitation:\n\nDate: Wednesday 3, October 2011\nTime: 7:00\nAddress: 130 Fox St",
        "Error log:\n2024-03-04 10:00:00 ERROR disk full\n2024-03-04 10:00:01 INFO stop",
        "I tried:\n\n- first\n- second\n\n-- not a signature here",
        "Please write to:\nAnna Berg\nMain Street 4\n12345 Town",
        "a > b and b > c",
        "The customer wrote:\nnothing useful",
        "See the attached report from 2024-03-04:\n\nAll green.",
        "Write to anna@x.example until 2024 or\ncome at 10:00:\n\nMain Street 4",
        "At 10:30 on Monday it said:\nnothing useful",
    ],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert reply_text(text) == text


@pytest.mark.parametrize(
    "intro",
    ["Anna Berg wrote:", "Anna Berg said:", "* Anna Berg writes:", "Anna stated on Monday:", "Anna, 04.03.24 10:00:"],
)
def test_a_bare_name_is_an_intro_only_above_a_quote(intro: str) -> None:
    assert reply_text(f"Yes.\n\n{intro}\n> Did you?\n") == "Yes."
    assert reply_text(f"Yes.\n\n{intro}\nnothing.\n") == f"Yes.\n\n{intro}\nnothing."


def test_bars_mark_a_quote_below_an_intro_only() -> None:
    assert reply_text("Yes.\n\n2024/3/4 Anna <a@x.example>:\n\n| Did you?\n|\n\nNo.\n") == "Yes.\n\nNo."
    assert reply_text("| a | b |\n| 1 | 2 |") == "| a | b |\n| 1 | 2 |"


def test_answers_between_quotes_stay() -> None:
    body = "On 4 Mar 2024, at 10:00, Bob wrote:\n> one?\nyes\n\n> two?\nno\n"
    assert reply_text(body) == "yes\n\nno"


def test_a_signature_goes_and_a_divider_stays() -> None:
    assert reply_text("Hello\n\n-- \nAnna Berg\nDirector\n") == "Hello"
    long = "\n".join(f"line {n}" for n in range(40))
    assert reply_text(f"Hello\n\n-- \n{long}\n").endswith("line 39")


def test_a_list_footer_goes() -> None:
    footer = "_______________________________________________\nusers mailing list\nusers@lists.example\n"
    assert reply_text(f"Hello\n\n{footer}") == "Hello"


@pytest.mark.parametrize(
    "marker",
    [
        "---------- Forwarded message ---------",
        "Begin forwarded message:",
        "-------- Weitergeleitete Nachricht --------",
    ],
)
def test_what_is_forwarded_is_new_to_us(marker: str) -> None:
    head = "From: Cy <cy@x.example>\nDate: Mon, 4 Mar 2024\nSubject: Broken"
    body = f"See below.\n\n{marker}\n{head}\n\nMy order never came.\n"
    assert "My order never came." in reply_text(body)


def test_a_forward_by_outlook_is_known_by_its_subject() -> None:
    body = "See below.\n\nFrom: Cy <cy@x.example>\nSent: Monday\nTo: Anna\nSubject: Broken\n\nMy order never came.\n"
    assert "My order never came." in reply_text(body, subject="FW: Broken")


def test_a_mail_that_is_all_quote_is_kept_whole() -> None:
    assert reply_text("> Hello\n> there\n") == "Hello\nthere"


def test_a_quoted_line_that_spilled_over_goes_with_it() -> None:
    long = "> This is a long quoted line that some mail program on its way broke in"
    spilled = f"{long}\ntwo without a mark\n> and so on\n\nMine.\n"
    assert reply_text(f"On 4 Mar 2024, at 10:00, Bob wrote:\n{spilled}") == "Mine."


CITED = '<blockquote type="cite">Did you?</blockquote>'
HTML = {
    "gmail": '<div dir="ltr">Yes.</div><br><div class="gmail_quote"><div class="gmail_attr">On Monday Bob wrote:</div>'
    '<blockquote class="gmail_quote">Did you?</blockquote></div>',
    "outlook": '<p>Yes.</p><div style="border-top:solid #E1E1E1 1.0pt"><p><b>From:</b> Bob &lt;b@x.example&gt;<br>'
    "<b>Sent:</b> Monday<br><b>To:</b> Anna<br><b>Subject:</b> Printer</p></div><p>Did you?</p>",
    "outlook on the web": '<div>Yes.</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg">Von: Bob</div>'
    "<div>Did you?</div>",
    "apple": f"Yes.<br>{CITED.replace('Did', '<div>On 4 Mar 2024, at 10:00, Bob wrote:</div>Did')}",
    "thunderbird": f'<p>Yes.</p><div class="moz-cite-prefix">Am 04.03.24 um 10:00 schrieb Bob:<br></div>{CITED}',
    "yahoo": '<div>Yes.</div><div class="ydp1234567yahoo_quoted">On Monday Bob wrote: Did you?</div>',
    "proton": '<div>Yes.</div><div class="protonmail_quote">On Monday, Bob wrote:<br>Did you?</div>',
    "gmx": '<div>Yes.</div><div name="quote"><b>Gesendet:</b> Montag<br><b>Von:</b> Bob</div>',
    "gmail's signature": '<div>Yes.<br><div><br></div><div class="gmail_signature">Anna Berg<br>Director</div></div>',
    "outlook's signature": '<div>Yes.</div><div id="Signature"><p>Anna Berg</p></div><div id="appendonsend"></div>',
    "no marks": "<div>Yes.</div><div>On Mon, 4 Mar 2024 Bob &lt;b@x.example&gt; wrote:</div><div>Did you?</div>",
}


@pytest.mark.parametrize("program", HTML)
def test_quotes_marked_in_html_go(program: str) -> None:
    assert reply_text(f"<html><body>{HTML[program]}</body></html>", kind="html") == "Yes."


def test_what_was_written_into_the_signature_is_kept_if_it_is_all_there_is() -> None:
    assert reply_text('<div class="gmail_signature">Yes.<br>Anna</div>', kind="html") == "Yes.\nAnna"


def test_an_answer_between_gmails_quotes_stays() -> None:
    body = (
        '<div class="gmail_quote"><div class="gmail_attr">On Mon, 4 Mar 2024 Bob wrote:</div>'
        '<blockquote class="gmail_quote">one?</blockquote><div>Yes.</div>'
        '<blockquote class="gmail_quote">two?</blockquote><div>No.</div></div>'
    )
    assert reply_text(body, kind="html") == "Yes.\n\nNo."
