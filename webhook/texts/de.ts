import type { Messages } from './messages.ts';

export const de: Messages = {
  'page.title': 'Identitätsprüfung',
  'brand.unnamed': 'Dieser Dienst',
  'footer.support': 'Support kontaktieren',
  'footer.privacy': 'Datenschutzerklärung',

  'title.none': 'Identität bestätigen',
  'title.pending': 'Identitätsprüfung fortsetzen',
  'title.processing': 'Wir prüfen Ihre Unterlagen',
  'title.approved': 'Ihre Identität ist bestätigt',
  'title.review': 'Ihre Unterlagen werden noch einmal angesehen',
  'title.rejected': 'Wir konnten Ihre Identität nicht bestätigen',
  'title.expired': 'Die Zeit ist abgelaufen',

  'status.none': 'Ihre Identität wurde noch nicht geprüft.',
  'status.pending': 'Ihre Identitätsprüfung wartet auf Sie.',
  'status.processing': 'Ihre Identitätsprüfung läuft. Das Ergebnis liegt meist nach wenigen Minuten vor.',
  'status.unfinished':
    'Sie sind bei Jumio noch nicht fertig, oder das Ergebnis ist noch nicht da. Wenn Sie vorzeitig abgebrochen haben, machen Sie dort weiter.',
  'status.approved': 'Ihre Identität ist bestätigt.',
  'status.review': 'Ihre Identitätsprüfung wird noch einmal angesehen. Sie müssen nichts tun.',
  'status.rejected': 'Ihre Identität konnte nicht bestätigt werden.',
  'status.expired': 'Ihre letzte Identitätsprüfung wurde nicht rechtzeitig abgeschlossen.',
  'status.too_old': 'Ihre Identität wurde vor längerer Zeit bestätigt und muss erneut geprüft werden.',
  'status.once_more': 'Ihre Identität muss noch einmal geprüft werden.',

  'button.start': 'Starten',
  'button.continue': 'Weiter',
  'button.go_on': 'Bei Jumio weitermachen',
  'button.try_again': 'Noch einmal versuchen',
  'button.start_again': 'Neu beginnen',
  'button.look_again': 'Erneut nachsehen',
  'button.sign_in': 'Anmelden',
  'button.go_back': 'Zurück',
  'button.verification': 'Zu Ihrer Identitätsprüfung',
  'button.support': 'Support kontaktieren',

  'next.close': 'Sie können diese Seite schließen.',
  'next.support': 'Bitte wenden Sie sich an den Support, wenn Sie das für einen Irrtum halten.',
  'next.ask_support': 'Bitte wenden Sie sich dafür an den Support.',
  'next.later': 'Bitte kommen Sie später wieder.',
  'next.date': 'Sie können am {{date}} neu beginnen.',
  'later.too_many': 'Mehr Versuche sind im Moment nicht möglich.',
  'later.not_yet': 'Zwischen zwei Versuchen muss etwas Zeit vergehen.',
  'next.wait': 'Diese Seite geht von selbst weiter. Sie können sie schließen und später wiederkommen.',
  'next.press': 'Sobald Ihr Link zu Jumio bereit ist, erscheint hier eine Schaltfläche.',
  'next.onwards': 'Sie werden gleich weitergeleitet.',

  'checking_already.sentence': 'Es wird geprüft, ob Ihre Identität schon bestätigt ist.',
  'preparing.sentence': 'Ihre Identitätsprüfung wird vorbereitet. Diese Seite geht von selbst weiter.',
  'delayed.sentence':
    'Jumio ist gerade nicht erreichbar. Es ist nichts verloren, und diese Seite geht von selbst weiter.',
  'stuck.sentence': 'Ihre Identitätsprüfung kann gerade nicht gestartet werden. Sie haben nichts falsch gemacht.',
  'stranger.sentence': 'Bitte melden Sie sich zuerst an. Danach kommen Sie hierher zurück.',
  'sign_in_down.sentence':
    'Ihre Anmeldung kann gerade nicht geprüft werden. Es ist nichts verloren; bitte versuchen Sie es in ein paar Minuten noch einmal.',
  'too_old.sentence':
    'Diese Seite ist nicht mehr aktuell, und es wurde nichts geändert. Bitte gehen Sie zurück und versuchen Sie es noch einmal.',
  'unavailable.sentence':
    'Ihre Identitätsprüfung ist gerade nicht erreichbar. Es ist nichts verloren; bitte versuchen Sie es in ein paar Minuten noch einmal.',
  'too_many.sentence':
    'Es kamen viele Anfragen in kurzer Zeit. Bitte warten Sie eine Minute und versuchen Sie es noch einmal.',
  'used_link.sentence': 'Diese Adresse gilt nicht mehr. Sie funktioniert einmal und nur für kurze Zeit.',
  'foreign_link.sentence':
    'In diesem Browser ist jemand anderes angemeldet. Bitte melden Sie sich dort ab oder verwenden Sie einen anderen Browser, und öffnen Sie die Adresse noch einmal.',
  'foreign_link.continue': 'Weiter mit dem angemeldeten Konto',
  'no_pages.sentence':
    'Unter dieser Adresse ist keine Identitätsprüfung möglich. Bitte kehren Sie zur Anwendung zurück.',
  'broken_link.sentence': 'Unter dieser Adresse ist nichts. Vielleicht wurde sie unterwegs abgeschnitten.',

  'enter.sentence': 'Weiter zu Ihrer Identitätsprüfung, wenn Sie selbst darum gebeten haben.',

  'consent.title': 'Bevor wir Ihre Identität prüfen',
  'consent.sentence':
    '{{brand}} lässt von Jumio, einem Unternehmen für die Prüfung von Ausweisen, bestätigen, dass Sie die Person sind, die Sie angeben zu sein.',
  'consent.why': 'So kann niemand ein Konto im Namen anderer eröffnen.',
  'consent.time': 'Es dauert meist weniger als fünf Minuten.',
  'consent.need': 'Was Sie brauchen',
  'consent.need_document': 'einen gültigen Reisepass, Personalausweis oder Führerschein',
  'consent.need_camera': 'ein Telefon oder einen Computer mit Kamera',
  'consent.data': 'Was mit Ihren Daten geschieht',
  'consent.controller':
    '{{brand}} ist für Ihre Daten verantwortlich (Verantwortlicher im Sinne des Datenschutzrechts).',
  'consent.data_before':
    'Jumio hat von Ihrer Registrierung eine Kennung ohne Ihren Namen und die Sprache seiner Seiten erhalten. Mehr erhält Jumio nicht, bevor Sie zustimmen.',
  'consent.data_nothing_before': 'Bevor Sie zustimmen, erhält Jumio nichts über Sie.',
  'consent.data_sent': 'Jumio erhält die Fotos, die Sie von Ihrem Ausweis und von Ihrem Gesicht machen.',
  'consent.data_biometric':
    'Daraus berechnet Jumio biometrische Daten Ihres Gesichts, um es mit Ihrem Ausweis zu vergleichen und sicherzugehen, dass ein lebender Mensch vor der Kamera ist.',
  'consent.data_traits':
    'Jumio erhält auch, was Sie uns über sich mitgeteilt haben, zum Beispiel Ihren Namen, und vergleicht es mit Ihrem Ausweis.',
  'consent.data_back': 'Jumio teilt uns mit, ob Ihre Identität bestätigt ist.',
  'consent.data_kept':
    'Wir bewahren das Ergebnis, seine Zeitpunkte und die Kennungen von Jumio auf, nicht die Fotos, bis Ihre Daten gelöscht werden. Danach bleiben nur das Ergebnis und seine Zeitpunkte.',
  'consent.jumio_retention':
    'Jumio bewahrt Fotos und biometrische Daten so lange auf, wie es mit uns vereinbart ist, höchstens bis Ihre Daten gelöscht werden.',
  'consent.rights': 'Sie entscheiden',
  'consent.take_back':
    'Sie können Ihre Zustimmung jederzeit zurücknehmen: solange Ihre Fotos noch nicht bei Jumio sind, dort, wo Sie sie gegeben haben. Dann geht nichts mehr an Jumio. Was bis dahin geschehen ist, bleibt rechtmäßig.',
  'consent.erasure':
    'Um sie später zurückzunehmen oder Ihre Daten löschen zu lassen, wenden Sie sich an uns: {{address}}',
  'consent.explicit':
    'Wenn Sie zustimmen, willigen Sie ausdrücklich in diese Verwendung Ihrer biometrischen Daten ein.',
  'consent.policy': 'Mehr dazu steht in der Datenschutzerklärung.',
  'consent.changed': 'Dieser Text hat sich geändert, seit Sie ihm zugestimmt haben.',
  'consent.agree': 'Zustimmen und weiter',
  'consent.decline': 'Ich stimme nicht zu',
  'consent.withdraw': 'Ich stimme nicht mehr zu',

  'declined.sentence':
    'Sie haben nicht zugestimmt, deshalb geht Ihre Identitätsprüfung nicht weiter. Sie können sich jederzeit umentscheiden.',
  'declined.reconsider': 'Noch einmal lesen',

  'cannot.title': 'Wenn Sie das nicht können',
  'cannot.text':
    'Wenn Sie keine Kamera haben oder nicht möchten, dass Fotos Ihres Gesichts verglichen werden, fragen Sie bitte dort, wo Sie sich registriert haben, nach einem anderen Weg.',

  'problem.unreadable': 'Wir konnten Ihren Ausweis nicht lesen',
  'problem.face_unreadable': 'Wir konnten Ihr Gesicht nicht gut erkennen',
  'problem.document_unusable': 'Das Foto Ihres Ausweises können wir nicht verwenden',
  'problem.expired_document': 'Ihr Ausweis ist nicht lange genug gültig',
  'problem.unsupported_document': 'Diese Art von Ausweis können wir nicht annehmen',
  'problem.not_finished': 'Bei Ihrer Identitätsprüfung fehlen noch Schritte',

  'reason.unreadable':
    'Das Foto Ihres Ausweises war nicht lesbar. Es hilft gutes Licht ohne Spiegelungen; der ganze Ausweis sollte im Bild sein.',
  'reason.face_unreadable':
    'Ihr Gesicht war nicht gut zu erkennen. Wenden Sie sich dem Licht zu, nehmen Sie ab, was Ihr Gesicht verdeckt, zum Beispiel eine Sonnenbrille, und achten Sie darauf, dass niemand sonst im Bild ist.',
  'reason.document_unusable':
    'Das Foto Ihres Ausweises war nicht verwendbar. Fotografieren Sie das Original eines unterschriebenen Ausweises: keine Kopie, keinen Bildschirm und keine andere Karte.',
  'reason.expired_document':
    'Das Dokument ist nicht mehr oder nicht mehr lange genug gültig. Bitte verwenden Sie eines, das länger gilt.',
  'reason.unsupported_document':
    'Diese Art von Dokument kann nicht verwendet werden. Bitte verwenden Sie ein anderes, zum Beispiel einen Reisepass.',
  'reason.not_finished': 'Es wurden nicht alle Schritte abgeschlossen. Bitte gehen Sie beim nächsten Mal alle durch.',
  'reason.other': 'Was eingereicht wurde, reichte nicht aus, um Ihre Identität zu bestätigen.',
  'reason.eid': 'Ihre elektronische Identität reicht hier nicht aus. Bitte weisen Sie sich deshalb auch bei Jumio aus.',
  'used_up.reason': 'Sie haben alle Versuche aufgebraucht und können es hier nicht noch einmal versuchen.',
  'used_up.support': 'Bitte wenden Sie sich an den Support: Dort erfahren Sie, was jetzt noch möglich ist.',

  'jumio.9100': 'Bei Jumio ist etwas schiefgegangen. Bitte versuchen Sie es noch einmal.',
  'jumio.9200': 'Der Link zu Jumio war nicht mehr gültig. Hier bekommen Sie einen neuen.',
  'jumio.9210': 'Es gab eine lange Pause, deshalb hat Jumio die Sitzung beendet. Bitte beginnen Sie neu.',
  'jumio.9300':
    'Die Fotos konnten nicht gesendet werden. Bitte prüfen Sie Ihre Verbindung und versuchen Sie es noch einmal.',
  'jumio.9400': 'Ein Schritt bei Jumio konnte nicht abgeschlossen werden. Bitte versuchen Sie es noch einmal.',
  'jumio.9800': 'Es gab keine Verbindung zum Internet. Bitte prüfen Sie sie und versuchen Sie es noch einmal.',
  'jumio.9801':
    'Im Browser ist etwas schiefgegangen. Bitte versuchen Sie es noch einmal oder mit einem anderen Browser.',
  'jumio.9810': 'Die Verbindung zu Jumio wurde unterbrochen. Bitte versuchen Sie es noch einmal.',
  'jumio.9820': 'Es wurde keine Kamera gefunden. Bitte verwenden Sie ein Gerät mit Kamera, zum Beispiel Ihr Telefon.',
  'jumio.9821':
    'Das Foto Ihres Gesichts konnte nicht aufgenommen werden. Bitte versuchen Sie es bei gleichmäßigem Licht noch einmal.',
  'jumio.9822':
    'Dieser Browser kann die Kamera nicht benutzen. Bitte verwenden Sie einen anderen Browser oder Ihr Telefon.',
  'jumio.9835': 'Keines von drei Fotos war brauchbar. Bitte versuchen Sie es bei gutem Licht noch einmal.',
  'jumio.9836': 'Die Prüfung bei Jumio konnte nicht abgeschlossen werden. Bitte versuchen Sie es noch einmal.',
  'jumio.other': 'Diesmal hat es bei Jumio nicht geklappt. Bitte versuchen Sie es noch einmal.',

  'block.rejected': 'Sie können sich nicht anmelden, weil Ihre Identität nicht bestätigt werden konnte.',
  'block.review': 'Sie können sich noch nicht anmelden: Ihre Identitätsprüfung wird noch einmal angesehen.',
  'block.unverified': 'Sie können sich erst anmelden, wenn Ihre Identität bestätigt ist.',
  'block.unknown':
    'Ihre Identitätsprüfung kann gerade nicht abgefragt werden. Bitte versuchen Sie es in ein paar Minuten noch einmal.',
  'block.support': 'Bitte wenden Sie sich an den Support. Unter {{address}} erfahren Sie mehr.',
  'block.way_on': 'Hier geht es weiter, innerhalb von zehn Minuten: {{url}}',
  'block.try_again': '{{problem}}. Bitte versuchen Sie es hier innerhalb von zehn Minuten noch einmal: {{url}}',
  'block.under_way': 'Ihre Identitätsprüfung läuft. Den Stand sehen Sie in den nächsten zehn Minuten hier: {{url}}',
  'block.level':
    'Für diese Registrierung ist eine stärkere Bestätigung Ihrer elektronischen Identität nötig. Bitte versuchen Sie es noch einmal, und bestätigen Sie in Ihrer App, wie sie es verlangt.',

  'phone.title': 'Oder mit dem Telefon',
  'phone.how':
    'Lesen Sie diesen Code mit der Kamera Ihres Telefons, oder geben Sie dort die Adresse ein. Sie gilt einmal und zehn Minuten lang; eine neue gibt es, wenn Sie diese Seite neu laden. Sie ist nur für Sie: Zeigen Sie sie niemandem.',
  'phone.code': 'QR-Code der Adresse darunter',
  'phone.whose':
    'Mit diesem Code geht die ganze Identitätsprüfung auf dem Telefon weiter. Die Seite von Jumio kann später einen eigenen Code zeigen: Mit dem machen Sie dort nur die Fotos.',
  'phone.show': 'Einen Code für mein Telefon zeigen',
  'phone.follow': 'Ich mache mit dem Telefon weiter: hier auf das Ergebnis warten',
  'phone.following_title': 'Machen Sie mit dem Telefon weiter',
  'phone.following': 'Ihre Identitätsprüfung geht auf Ihrem Telefon weiter.',
  'phone.here': 'Doch dieses Gerät verwenden',
  'phone.back':
    'Gehen Sie zurück an Ihren Computer: Die Seite dort geht von selbst weiter. Diese Seite können Sie schließen.',
};
