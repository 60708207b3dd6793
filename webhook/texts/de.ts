import type { Messages } from './messages.ts';

export const de: Messages = {
  'page.title': 'Identitätsprüfung',
  'brand.unnamed': 'Dieser Dienst',
  'footer.support': 'Support kontaktieren',
  'footer.privacy': 'Datenschutzerklärung',

  'title.none': 'Bestätigen Sie Ihre Identität',
  'title.pending': 'Setzen Sie Ihre Identitätsprüfung fort',
  'title.processing': 'Wir prüfen Ihre Unterlagen',
  'title.unfinished': 'Ihre Identitätsprüfung ist noch nicht abgeschlossen',
  'title.approved': 'Ihre Identität ist bestätigt',
  'title.approval_expired': 'Ihre Bestätigung ist abgelaufen',
  'title.once_more': 'Bitte bestätigen Sie Ihre Identität erneut',
  'title.review': 'Wir sehen uns Ihre Unterlagen genauer an',
  'title.rejected': 'Wir konnten Ihre Identität nicht bestätigen',
  'title.expired': 'Ihre Identitätsprüfung ist abgelaufen',

  'status.none': 'Ihre Identität ist noch nicht bestätigt.',
  'status.pending': 'Alles ist bereit. Die Prüfung dauert meist weniger als fünf Minuten.',
  'status.processing': 'Das dauert meist nur ein paar Minuten.',
  'status.unfinished':
    'Wenn Sie vorzeitig abgebrochen haben, können Sie die Prüfung jetzt abschließen. Wenn Sie gerade fertig geworden sind, liegt das Ergebnis gleich vor.',
  'status.approved': 'Vielen Dank. Sie müssen nichts weiter tun.',
  'status.review': 'Ihre Unterlagen werden noch einmal geprüft. Das kann etwas dauern; Sie müssen nichts tun.',
  'status.rejected': 'Die Prüfung ist abgeschlossen, aber Ihre Identität ist nicht bestätigt.',
  'status.mendable': 'Ihre Identität ist noch nicht bestätigt, aber das können Sie jetzt nachholen.',
  'status.expired': 'Sie haben Ihre letzte Identitätsprüfung nicht rechtzeitig abgeschlossen.',
  'status.too_old': 'Die letzte Prüfung liegt schon eine Weile zurück und muss wiederholt werden.',
  'status.once_more': 'Wir brauchen eine neue Identitätsprüfung von Ihnen.',

  'button.start': 'Identitätsprüfung starten',
  'button.continue': 'Weiter zur Identitätsprüfung',
  'button.go_on': 'Identitätsprüfung abschließen',
  'button.try_again': 'Fotos neu aufnehmen',
  'button.other_document': 'Anderen Ausweis verwenden',
  'button.start_again': 'Neue Identitätsprüfung starten',
  'button.once_more': 'Identität erneut bestätigen',
  'button.look_again': 'Ergebnis abrufen',
  'button.ready_again': 'Prüfen, ob alles bereit ist',
  'button.reload': 'Seite neu laden',
  'button.sign_in': 'Im Konto anmelden',
  'button.to_application': 'Weiter zu {{brand}}',
  'button.to_application_unnamed': 'Weiter zu Ihrem Konto',
  'button.go_back': 'Zurück zu {{brand}}',
  'button.go_back_unnamed': 'Identitätsprüfung verlassen',
  'button.verification': 'Zu Ihrer Identitätsprüfung',
  'button.support': 'Support kontaktieren',

  'next.close': 'Sie können diese Seite schließen.',
  'next.support': 'Halten Sie das für einen Irrtum? Dann wenden Sie sich bitte an den Support.',
  'next.ask_support': 'Bitte wenden Sie sich für eine neue Identitätsprüfung an den Support.',
  'next.later': 'Bitte schauen Sie später wieder vorbei.',
  'next.date': 'Eine neue Identitätsprüfung können Sie ab dem {{date}} starten.',
  'later.too_many': 'Sie haben vorerst alle Versuche aufgebraucht.',
  'later.not_yet': 'Vor dem nächsten Versuch müssen Sie etwas warten.',
  'next.wait': 'Diese Seite aktualisiert sich von selbst. Sie können sie auch schließen und später wiederkommen.',
  'next.press': 'Sobald alles bereit ist, erscheint hier eine Schaltfläche.',
  'next.onwards': 'In wenigen Sekunden bringen wir Sie zurück.',

  'checking_already.title': 'Wir prüfen, ob Ihre Identität schon bestätigt ist',
  'checking_already.sentence': 'Das dauert nur einen Moment.',
  'preparing.title': 'Wir bereiten Ihre Identitätsprüfung vor',
  'preparing.sentence': 'Das dauert nur einen Moment. Die Seite aktualisiert sich von selbst.',
  'delayed.title': 'Jumio ist gerade nicht erreichbar',
  'delayed.sentence': 'Es geht nichts verloren. Wir versuchen es weiter, und die Seite aktualisiert sich von selbst.',
  'stuck.title': 'Ihre Identitätsprüfung lässt sich gerade nicht starten',
  'stuck.sentence': 'Das liegt an uns. Sie haben nichts falsch gemacht.',
  'stranger.title': 'Bitte melden Sie sich an',
  'stranger.sentence': 'Nach der Anmeldung kommen Sie direkt zu Ihrer Identitätsprüfung zurück.',
  'sign_in_down.title': 'Wir können Ihre Anmeldung gerade nicht prüfen',
  'sign_in_down.sentence': 'Es geht nichts verloren. Bitte laden Sie diese Seite in ein paar Minuten neu.',
  'too_old.title': 'Diese Seite ist nicht mehr aktuell',
  'too_old.sentence': 'Es wurde nichts geändert. Bitte kehren Sie zu Ihrer Identitätsprüfung zurück.',
  'unavailable.title': 'Ihre Identitätsprüfung ist gerade nicht erreichbar',
  'unavailable.sentence': 'Es geht nichts verloren. Bitte laden Sie diese Seite in ein paar Minuten neu.',
  'too_many.title': 'Zu viele Anfragen',
  'too_many.sentence': 'Bitte warten Sie eine Minute und laden Sie die Seite dann neu.',
  'used_link.title': 'Dieser Link ist nicht mehr gültig',
  'used_link.sentence':
    'Jeder Link funktioniert nur einmal und nur für kurze Zeit. Zu Ihrer Identitätsprüfung kommen Sie trotzdem.',
  'foreign_link.title': 'Hier ist jemand anderes angemeldet',
  'foreign_link.sentence':
    'Melden Sie sich in diesem Browser ab oder nehmen Sie einen anderen, und öffnen Sie den Link noch einmal. Oder machen Sie mit dem Konto weiter, das hier angemeldet ist.',
  'foreign_link.continue': 'Weiter mit diesem Konto',
  'no_pages.title': 'Hier können Sie Ihre Identität nicht bestätigen',
  'no_pages.sentence': 'Bitte kehren Sie zu der Website oder App zurück, von der Sie kommen.',
  'broken_link.title': 'Seite nicht gefunden',
  'broken_link.sentence': 'Wenn Sie einem Link gefolgt sind, fehlt vielleicht ein Teil davon.',

  'enter.title': 'Weiter zu Ihrer Identitätsprüfung',
  'enter.sentence': 'Machen Sie nur weiter, wenn Sie diesen Link erwartet haben.',

  'consent.title': 'Bevor wir Ihre Identität prüfen',
  'consent.sentence':
    '{{brand}} lässt durch Jumio, ein Unternehmen für Ausweisprüfungen, bestätigen, dass Sie wirklich die Person sind, die Sie angeben zu sein.',
  'consent.why': 'So kann niemand ein Konto im Namen anderer eröffnen.',
  'consent.time': 'Es dauert meist weniger als fünf Minuten.',
  'consent.need': 'Das brauchen Sie',
  'consent.need_document': 'einen gültigen Reisepass, Personalausweis oder Führerschein',
  'consent.need_camera': 'ein Smartphone oder einen Computer mit Kamera',
  'consent.data': 'Das geschieht mit Ihren Daten',
  'consent.controller':
    '{{brand}} ist für Ihre Daten verantwortlich (Verantwortlicher im Sinne des Datenschutzrechts).',
  'consent.data_before':
    'Jumio hat zu Ihrer Registrierung eine Kennung ohne Ihren Namen und die Sprache seiner Seiten erhalten. Mehr erhält Jumio erst, wenn Sie zustimmen.',
  'consent.data_nothing_before': 'Solange Sie nicht zustimmen, erhält Jumio nichts über Sie.',
  'consent.data_sent': 'Jumio erhält die Fotos, die Sie von Ihrem Ausweis und von Ihrem Gesicht machen.',
  'consent.data_biometric':
    'Aus diesen Fotos erzeugt Jumio biometrische Daten Ihres Gesichts, um es mit Ihrem Ausweis zu vergleichen und sicherzustellen, dass ein lebender Mensch vor der Kamera ist.',
  'consent.data_traits':
    'Jumio erhält auch Angaben, die Sie uns gemacht haben, zum Beispiel Ihren Namen, und vergleicht sie mit Ihrem Ausweis.',
  'consent.data_back': 'Jumio teilt uns mit, ob Ihre Identität bestätigt ist.',
  'consent.data_kept':
    'Wir speichern das Ergebnis, seine Zeitpunkte und die Kennungen von Jumio, bis Ihre Daten gelöscht werden, nicht aber die Fotos. Danach bleiben nur das Ergebnis und seine Zeitpunkte.',
  'consent.jumio_retention':
    'Jumio speichert Fotos und biometrische Daten so lange, wie es mit uns vereinbart ist, höchstens bis Ihre Daten gelöscht werden.',
  'consent.rights': 'Sie entscheiden',
  'consent.take_back':
    'Sie können Ihre Einwilligung jederzeit widerrufen. Solange Jumio Ihre Fotos noch nicht hat, geht das dort, wo Sie sie erteilt haben. Nach dem Widerruf wird nichts mehr an Jumio übermittelt. Was bis zum Widerruf geschehen ist, bleibt rechtmäßig.',
  'consent.erasure':
    'Um sie später zu widerrufen oder Ihre Daten löschen zu lassen, wenden Sie sich an uns: {{address}}',
  'consent.explicit':
    'Mit Ihrer Zustimmung willigen Sie ausdrücklich in diese Verwendung Ihrer biometrischen Daten ein.',
  'consent.policy': 'Datenschutzerklärung lesen',
  'consent.changed': 'Dieser Text hat sich geändert, seit Sie ihm zuletzt zugestimmt haben.',
  'consent.agree': 'Zustimmen und weiter',
  'consent.decline': 'Ich stimme nicht zu',
  'consent.withdraw': 'Einwilligung widerrufen',

  'declined.title': 'Sie haben nicht zugestimmt',
  'declined.sentence': 'Ihre Identitätsprüfung geht nicht weiter. Sie können sich jederzeit anders entscheiden.',
  'declined.reconsider': 'Informationen noch einmal lesen',

  'cannot.title': 'Andere Wege, Ihre Identität zu bestätigen',
  'cannot.text':
    'Wenn Sie keine Kamera haben oder nicht möchten, dass Fotos Ihres Gesichts verglichen werden, fragen Sie uns nach einem anderen Weg.',

  'problem.unreadable': 'Wir konnten Ihren Ausweis nicht lesen',
  'problem.face_unreadable': 'Wir konnten Ihr Gesicht nicht gut erkennen',
  'problem.document_unusable': 'Wir können das Foto Ihres Ausweises nicht verwenden',
  'problem.expired_document': 'Ihr Ausweis ist abgelaufen oder läuft zu bald ab',
  'problem.unsupported_document': 'Diese Art von Ausweis können wir nicht annehmen',
  'problem.not_finished': 'Bei Ihrer Identitätsprüfung fehlen noch Schritte',

  'reason.unreadable':
    'Das Foto Ihres Ausweises war nicht lesbar. Achten Sie auf gutes Licht ohne Spiegelungen und darauf, dass der ganze Ausweis im Bild ist.',
  'reason.face_unreadable':
    'Ihr Gesicht war nicht gut zu erkennen. Wenden Sie sich zum Licht, nehmen Sie alles ab, was Ihr Gesicht verdeckt, zum Beispiel eine Sonnenbrille, und achten Sie darauf, dass Sie allein im Bild sind.',
  'reason.document_unusable':
    'Das Foto Ihres Ausweises war nicht verwendbar. Fotografieren Sie das Original eines unterschriebenen Ausweises, keine Kopie, keinen Bildschirm und keine andere Karte.',
  'reason.expired_document': 'Bitte verwenden Sie einen Ausweis, der noch länger gültig ist.',
  'reason.unsupported_document': 'Bitte verwenden Sie einen anderen Ausweis, zum Beispiel einen Reisepass.',
  'reason.not_finished': 'Bitte gehen Sie beim nächsten Mal alle Schritte bis zum Ende durch.',
  'reason.other': 'Was wir erhalten haben, reicht nicht aus, um Ihre Identität zu bestätigen.',
  'reason.eid':
    'Ihre elektronische Identität reicht hier nicht aus. Bitte bestätigen Sie Ihre Identität zusätzlich bei Jumio.',
  'used_up.reason': 'Sie haben alle Versuche aufgebraucht und können hier keinen weiteren starten.',
  'used_up.support': 'Bitte fragen Sie beim Support nach, wie es für Sie weitergeht.',

  'jumio.9100': 'Bei Jumio ist etwas schiefgegangen. Bitte starten Sie die Prüfung noch einmal.',
  'jumio.9200': 'Ihr Link zu Jumio war abgelaufen. Hier bekommen Sie einen neuen.',
  'jumio.9210': 'Jumio hat die Sitzung nach einer langen Pause beendet. Bitte starten Sie die Prüfung noch einmal.',
  'jumio.9300':
    'Ihre Fotos konnten nicht gesendet werden. Bitte prüfen Sie Ihre Verbindung und nehmen Sie die Fotos neu auf.',
  'jumio.9400': 'Ein Schritt konnte nicht abgeschlossen werden. Bitte wiederholen Sie ihn.',
  'jumio.9800': 'Sie waren offline. Bitte prüfen Sie Ihre Internetverbindung und machen Sie dann weiter.',
  'jumio.9801':
    'In Ihrem Browser ist etwas schiefgegangen. Bitte starten Sie die Prüfung noch einmal oder nehmen Sie einen anderen Browser.',
  'jumio.9810': 'Die Verbindung zu Jumio ist abgebrochen. Bitte starten Sie die Prüfung noch einmal.',
  'jumio.9820': 'Es wurde keine Kamera gefunden. Bitte nehmen Sie ein Gerät mit Kamera, zum Beispiel Ihr Smartphone.',
  'jumio.9821': 'Ihr Gesicht konnte nicht fotografiert werden. Bitte wiederholen Sie das Foto bei gleichmäßigem Licht.',
  'jumio.9822':
    'Dieser Browser kann Ihre Kamera nicht nutzen. Bitte nehmen Sie einen anderen Browser oder Ihr Smartphone.',
  'jumio.9835': 'Keines Ihrer drei Fotos war brauchbar. Bitte nehmen Sie sie bei gutem Licht neu auf.',
  'jumio.9836': 'Jumio konnte die Prüfung nicht abschließen. Bitte starten Sie sie noch einmal.',
  'jumio.other': 'Diesmal ist etwas schiefgegangen. Bitte starten Sie die Prüfung noch einmal.',

  'block.rejected': 'Sie können sich nicht anmelden, weil wir Ihre Identität nicht bestätigen konnten.',
  'block.review': 'Sie können sich noch nicht anmelden, weil Ihre Unterlagen noch geprüft werden.',
  'block.unverified': 'Sie können sich anmelden, sobald Ihre Identität bestätigt ist.',
  'block.unknown':
    'Wir können Ihre Identitätsprüfung gerade nicht abrufen. Bitte melden Sie sich in ein paar Minuten noch einmal an.',
  'block.support': 'Der Support hilft Ihnen unter {{address}} weiter.',
  'block.way_on': 'Hier geht es innerhalb der nächsten zehn Minuten weiter: {{url}}',
  'block.try_again': '{{problem}}. Hier können Sie das innerhalb der nächsten zehn Minuten beheben: {{url}}',
  'block.under_way': 'Ihre Identitätsprüfung läuft. Den Stand sehen Sie in den nächsten zehn Minuten hier: {{url}}',
  'block.level':
    'Für diese Registrierung müssen Sie Ihre elektronische Identität auf einer höheren Stufe bestätigen. Bitte registrieren Sie sich noch einmal und folgen Sie allen Schritten in Ihrer App.',
  'phone.title': 'Oder mit dem Smartphone',
  'phone.how':
    'Scannen Sie diesen Code mit der Kamera Ihres Smartphones oder geben Sie die Adresse dort im Browser ein. Sie gilt einmal und zehn Minuten lang; laden Sie diese Seite neu, um eine neue zu bekommen. Sie ist nur für Sie bestimmt: Zeigen Sie sie niemandem.',
  'phone.code': 'QR-Code für die Adresse darunter',
  'phone.whose':
    'Dieser Code bringt die ganze Identitätsprüfung auf Ihr Smartphone. Jumio zeigt später vielleicht einen eigenen Code: Der ist nur für die Fotos.',
  'phone.show': 'Code für mein Smartphone anzeigen',
  'phone.follow': 'Am Smartphone weitermachen, hier warten',
  'phone.following_title': 'Machen Sie am Smartphone weiter',
  'phone.following': 'Diese Seite wartet auf Ihr Smartphone. Sobald Sie dort fertig sind, sehen Sie hier das Ergebnis.',
  'phone.here': 'Stattdessen dieses Gerät verwenden',
  'phone.back': 'Kehren Sie an Ihren Computer zurück, dort sehen Sie das Ergebnis. Diese Seite können Sie schließen.',
};
