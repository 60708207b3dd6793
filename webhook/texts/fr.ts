import type { Messages } from './messages.ts';

export const fr: Messages = {
  'page.title': 'Vérification d’identité',
  'brand.unnamed': 'Ce service',
  'footer.support': 'Contacter l’assistance',
  'footer.privacy': 'Politique de confidentialité',

  'title.none': 'Vérifiez votre identité',
  'title.pending': 'Reprenez votre vérification',
  'title.processing': 'Nous vérifions vos documents',
  'title.approved': 'Votre identité est vérifiée',
  'title.review': 'Vos documents sont en cours d’examen',
  'title.rejected': 'Nous n’avons pas pu vérifier votre identité',
  'title.expired': 'Le délai est écoulé',

  'status.none': 'Votre identité n’a pas encore été vérifiée.',
  'status.pending': 'Votre vérification d’identité vous attend.',
  'status.processing': 'Votre vérification d’identité est en cours. Le résultat arrive en général en quelques minutes.',
  'status.unfinished':
    'Vous n’avez pas encore terminé chez Jumio, ou le résultat n’est pas encore arrivé. Si vous avez interrompu la vérification, vous pouvez la reprendre.',
  'status.approved': 'Votre identité est vérifiée.',
  'status.review': 'Votre vérification d’identité est en cours d’examen. Vous n’avez rien à faire.',
  'status.rejected': 'Votre identité n’a pas pu être vérifiée.',
  'status.expired': 'Votre dernière vérification d’identité n’a pas été terminée à temps.',
  'status.too_old': 'Votre identité a été vérifiée il y a un certain temps et doit l’être de nouveau.',
  'status.once_more': 'Votre identité doit être vérifiée encore une fois.',

  'button.start': 'Commencer',
  'button.continue': 'Continuer',
  'button.go_on': 'Continuer chez Jumio',
  'button.try_again': 'Réessayer',
  'button.start_again': 'Recommencer',
  'button.look_again': 'Actualiser',
  'button.sign_in': 'Se connecter',
  'button.go_back': 'Retour',
  'button.verification': 'Vers votre vérification d’identité',
  'button.support': 'Contacter l’assistance',

  'next.close': 'Vous pouvez fermer cette page.',
  'next.support': 'Si vous pensez qu’il s’agit d’une erreur, contactez l’assistance.',
  'next.ask_support': 'Contactez l’assistance, qui peut lancer cette vérification.',
  'next.later': 'Revenez un peu plus tard.',
  'next.date': 'Vous pourrez recommencer le {{date}}.',
  'later.too_many': 'Vous ne pouvez pas faire plus de tentatives pour le moment.',
  'later.not_yet': 'Il faut attendre un certain temps entre deux tentatives.',
  'next.wait': 'Cette page continue toute seule. Vous pouvez la fermer et revenir plus tard.',
  'next.press': 'Un bouton apparaît ici dès que votre lien vers Jumio est prêt.',
  'next.onwards': 'La suite s’affiche dans un instant.',

  'checking_already.sentence': 'Nous vérifions si votre identité est déjà confirmée.',
  'preparing.sentence': 'Votre vérification d’identité se prépare. Cette page continue toute seule.',
  'delayed.sentence': 'Jumio n’est pas joignable pour le moment. Rien n’est perdu, et cette page continue toute seule.',
  'stuck.sentence': 'Votre vérification d’identité ne peut pas commencer pour le moment. Vous n’y êtes pour rien.',
  'stranger.sentence': 'Connectez-vous d’abord. Vous reviendrez ensuite ici.',
  'sign_in_down.sentence':
    'Votre connexion ne peut pas être contrôlée pour le moment. Rien n’est perdu ; réessayez dans quelques minutes.',
  'too_old.sentence': 'Cette page n’est plus à jour et rien n’a été modifié. Revenez en arrière et réessayez.',
  'unavailable.sentence':
    'Votre vérification d’identité est momentanément inaccessible. Rien n’est perdu ; réessayez dans quelques minutes.',
  'too_many.sentence': 'Il y a eu beaucoup de demandes en peu de temps. Attendez une minute et réessayez.',
  'used_link.sentence': 'Cette adresse n’est plus valable. Elle fonctionne une seule fois et peu de temps.',
  'foreign_link.sentence':
    'Quelqu’un d’autre est connecté dans ce navigateur. Déconnectez-vous ou utilisez un autre navigateur, puis ouvrez à nouveau l’adresse.',
  'foreign_link.continue': 'Continuer avec la session ouverte',
  'no_pages.sentence': 'La vérification d’identité n’est pas possible à cette adresse. Revenez à l’application.',
  'broken_link.sentence': 'Il n’y a rien à cette adresse. Elle a peut-être été coupée en chemin.',

  'enter.sentence': 'Passez à votre vérification d’identité, si c’est bien vous qui l’avez demandée.',

  'consent.title': 'Avant de vérifier votre identité',
  'consent.sentence':
    '{{brand}} demande à Jumio, une société qui contrôle les pièces d’identité, de confirmer que vous êtes bien la personne que vous dites être.',
  'consent.why': 'Ainsi, personne ne peut ouvrir un compte au nom d’un autre.',
  'consent.time': 'Cela prend en général moins de cinq minutes.',
  'consent.need': 'Ce qu’il vous faut',
  'consent.need_document': 'un passeport, une carte d’identité ou un permis de conduire en cours de validité',
  'consent.need_camera': 'un téléphone ou un ordinateur avec une caméra',
  'consent.data': 'Ce que deviennent vos données',
  'consent.controller': '{{brand}} est responsable du traitement de vos données.',
  'consent.data_before':
    'Lors de votre inscription, Jumio a reçu un identifiant sans votre nom et la langue de ses pages. Il ne reçoit rien d’autre avant votre accord.',
  'consent.data_nothing_before': 'Jumio ne reçoit rien sur vous avant votre accord.',
  'consent.data_sent': 'Jumio reçoit les photos que vous prenez de votre document et de votre visage.',
  'consent.data_biometric':
    'À partir de ces photos, Jumio calcule des données biométriques de votre visage, pour le comparer avec votre document et s’assurer qu’une personne vivante se trouve devant la caméra.',
  'consent.data_traits':
    'Jumio reçoit aussi ce que vous nous avez indiqué sur vous, par exemple votre nom, et le compare avec votre document.',
  'consent.data_back': 'Jumio nous dit si votre identité est confirmée.',
  'consent.data_kept':
    'Nous gardons le résultat, ses dates et les identifiants de Jumio, pas les photos, jusqu’à l’effacement de vos données. Il ne reste ensuite que le résultat et ses dates.',
  'consent.jumio_retention':
    'Jumio garde les photos et les données biométriques pendant la durée convenue avec nous, au plus tard jusqu’à l’effacement de vos données.',
  'consent.rights': 'C’est vous qui décidez',
  'consent.take_back':
    'Vous pouvez retirer votre accord à tout moment : tant que Jumio n’a pas vos photos, là où vous l’avez donné. Plus rien n’est alors transmis à Jumio. Ce qui a été fait auparavant reste licite.',
  'consent.erasure': 'Pour le retirer plus tard, ou faire effacer vos données, contactez-nous : {{address}}',
  'consent.explicit': 'En acceptant, vous consentez expressément à cette utilisation de vos données biométriques.',
  'consent.policy': 'Pour en savoir plus, lisez la politique de confidentialité.',
  'consent.changed': 'Ce texte a changé depuis que vous l’avez accepté.',
  'consent.agree': 'Accepter et continuer',
  'consent.decline': 'Je n’accepte pas',
  'consent.withdraw': 'Je n’accepte plus',

  'declined.sentence':
    'Vous n’avez pas accepté, votre vérification d’identité s’arrête donc là. Vous pouvez changer d’avis à tout moment.',
  'declined.reconsider': 'Relire le texte',

  'cannot.title': 'Si vous ne pouvez pas le faire',
  'cannot.text':
    'Si vous n’avez pas de caméra, ou ne souhaitez pas que des photos de votre visage soient comparées, demandez une autre solution là où vous vous êtes inscrit.',

  'problem.unreadable': 'Nous n’avons pas pu lire votre document',
  'problem.face_unreadable': 'Nous n’avons pas pu bien voir votre visage',
  'problem.document_unusable': 'Nous ne pouvons pas utiliser la photo de votre document',
  'problem.expired_document': 'Votre document n’est pas valable assez longtemps',
  'problem.unsupported_document': 'Nous ne pouvons pas accepter ce type de document',
  'problem.not_finished': 'Il manque des étapes à votre vérification d’identité',

  'reason.unreadable':
    'La photo de votre document n’était pas lisible. Une bonne lumière sans reflets aide, avec le document entier dans l’image.',
  'reason.face_unreadable':
    'Votre visage n’était pas bien visible. Placez-vous face à la lumière, retirez ce qui couvre votre visage, par exemple des lunettes de soleil, et veillez à ce que personne d’autre n’apparaisse dans l’image.',
  'reason.document_unusable':
    'La photo de votre document n’était pas utilisable. Photographiez l’original d’une pièce d’identité signée : ni une copie, ni un écran, ni une autre carte.',
  'reason.expired_document':
    'Le document n’est plus valable, ou ne l’est plus assez longtemps. Utilisez-en un dont la validité est plus longue.',
  'reason.unsupported_document':
    'Ce type de document n’est pas accepté. Utilisez-en un autre, par exemple un passeport.',
  'reason.not_finished': 'Toutes les étapes n’ont pas été terminées. Allez jusqu’au bout la prochaine fois.',
  'reason.other': 'Les éléments envoyés n’ont pas suffi à confirmer votre identité.',
  'reason.eid':
    'Votre identité électronique ne suffit pas ici : veuillez donc confirmer aussi votre identité chez Jumio.',
  'used_up.reason': 'Vous avez utilisé toutes vos tentatives et ne pouvez plus réessayer ici.',
  'used_up.support': 'Contactez l’assistance : elle vous dira ce qui est possible maintenant.',

  'jumio.9100': 'Un problème est survenu chez Jumio. Réessayez.',
  'jumio.9200': 'Le lien vers Jumio n’était plus valable. Vous en obtenez un nouveau ici.',
  'jumio.9210': 'Après une longue pause, Jumio a mis fin à la session. Recommencez.',
  'jumio.9300': 'Les photos n’ont pas pu être envoyées. Vérifiez votre connexion et réessayez.',
  'jumio.9400': 'Une étape chez Jumio n’a pas pu être terminée. Réessayez.',
  'jumio.9800': 'La connexion à Internet était coupée. Vérifiez-la et réessayez.',
  'jumio.9801': 'Un problème est survenu dans le navigateur. Réessayez ou utilisez un autre navigateur.',
  'jumio.9810': 'La connexion avec Jumio a été interrompue. Réessayez.',
  'jumio.9820': 'Aucune caméra n’a été trouvée. Utilisez un appareil qui en a une, par exemple votre téléphone.',
  'jumio.9821': 'La photo de votre visage n’a pas pu être prise. Réessayez avec une lumière uniforme.',
  'jumio.9822': 'Ce navigateur ne peut pas utiliser la caméra. Utilisez un autre navigateur ou votre téléphone.',
  'jumio.9835': 'Aucune des trois photos n’était utilisable. Réessayez avec une bonne lumière.',
  'jumio.9836': 'Le contrôle chez Jumio n’a pas pu être terminé. Réessayez.',
  'jumio.other': 'Cela n’a pas fonctionné chez Jumio cette fois. Réessayez.',

  'block.rejected': 'Vous ne pouvez pas vous connecter, car votre identité n’a pas pu être vérifiée.',
  'block.review': 'Vous ne pouvez pas encore vous connecter : votre vérification d’identité est en cours d’examen.',
  'block.unverified': 'Vous ne pourrez vous connecter qu’une fois votre identité vérifiée.',
  'block.unknown':
    'Votre vérification d’identité ne peut pas être consultée pour le moment. Réessayez dans quelques minutes.',
  'block.support': 'Contactez l’assistance. Adressez-vous à {{address}} pour en savoir plus.',
  'block.way_on': 'Vous pouvez continuer ici, dans les dix minutes : {{url}}',
  'block.try_again': '{{problem}}. Réessayez ici dans les dix minutes : {{url}}',
  'block.under_way':
    'Votre vérification d’identité est en cours. Vous pouvez la suivre ici pendant dix minutes : {{url}}',
  'block.level':
    'Cette inscription exige une confirmation plus forte de votre identité électronique. Veuillez réessayer et confirmer dans votre application comme elle le demande.',

  'phone.title': 'Ou avec votre téléphone',
  'phone.how':
    'Lisez ce code avec l’appareil photo de votre téléphone, ou saisissez-y l’adresse. Elle sert une seule fois, pendant dix minutes ; rechargez cette page pour en avoir une nouvelle. Elle vous est personnelle : ne la montrez à personne.',
  'phone.code': 'Code QR de l’adresse ci-dessous',
  'phone.whose':
    'Avec ce code, toute la vérification d’identité continue sur votre téléphone. La page de Jumio peut montrer plus tard un code à elle : avec celui-là, vous n’y prenez que les photos.',
  'phone.show': 'Afficher un code pour mon téléphone',
  'phone.follow': 'Je continue avec mon téléphone : attendre le résultat ici',
  'phone.following_title': 'Continuez avec votre téléphone',
  'phone.following': 'Votre vérification d’identité continue sur votre téléphone.',
  'phone.here': 'Utiliser plutôt cet appareil',
  'phone.back': 'Revenez à votre ordinateur : la page y continue d’elle-même. Vous pouvez fermer celle-ci.',
};
