import type { Messages } from './messages.ts';

export const es: Messages = {
  'page.title': 'Verificación de identidad',
  'brand.unnamed': 'Este servicio',
  'footer.support': 'Contactar con el servicio de asistencia',
  'footer.privacy': 'Política de privacidad',

  'title.none': 'Verifique su identidad',
  'title.pending': 'Continúe con su verificación',
  'title.processing': 'Estamos comprobando sus documentos',
  'title.approved': 'Su identidad está verificada',
  'title.review': 'Se están revisando sus documentos',
  'title.rejected': 'No hemos podido verificar su identidad',
  'title.expired': 'Se ha agotado el tiempo',

  'status.none': 'Su identidad todavía no se ha verificado.',
  'status.pending': 'Su verificación de identidad le está esperando.',
  'status.processing': 'Su verificación de identidad está en curso. El resultado suele llegar en unos minutos.',
  'status.unfinished':
    'Todavía no ha terminado en Jumio, o el resultado aún no ha llegado. Si lo dejó antes de terminar, continúe allí.',
  'status.approved': 'Su identidad ha quedado verificada.',
  'status.review': 'Su verificación de identidad se está revisando. No tiene que hacer nada.',
  'status.rejected': 'No se ha podido verificar su identidad.',
  'status.expired': 'Su última verificación de identidad no se terminó a tiempo.',
  'status.too_old': 'Su identidad se verificó hace tiempo y debe verificarse de nuevo.',
  'status.once_more': 'Su identidad debe verificarse una vez más.',

  'button.start': 'Empezar',
  'button.continue': 'Continuar',
  'button.go_on': 'Continuar en Jumio',
  'button.try_again': 'Intentarlo de nuevo',
  'button.start_again': 'Volver a empezar',
  'button.look_again': 'Comprobar de nuevo',
  'button.sign_in': 'Iniciar sesión',
  'button.go_back': 'Volver',
  'button.verification': 'Ir a su verificación de identidad',
  'button.support': 'Contactar con el servicio de asistencia',

  'next.close': 'Puede cerrar esta página.',
  'next.support': 'Si cree que se trata de un error, póngase en contacto con el servicio de asistencia.',
  'next.ask_support': 'Póngase en contacto con el servicio de asistencia, que puede iniciarlo.',
  'next.later': 'Vuelva más tarde.',
  'next.date': 'Podrá volver a empezar el {{date}}.',
  'later.too_many': 'Por ahora no puede hacer más intentos.',
  'later.not_yet': 'Entre dos intentos tiene que pasar un tiempo.',
  'next.wait': 'Esta página continúa por sí sola. Puede cerrarla y volver más tarde.',
  'next.press': 'En cuanto su enlace a Jumio esté listo, aparecerá aquí un botón.',
  'next.onwards': 'Continuará en un momento.',

  'checking_already.sentence': 'Se está comprobando si su identidad ya está confirmada.',
  'preparing.sentence': 'Su verificación de identidad se está preparando. Esta página continúa por sí sola.',
  'delayed.sentence':
    'En este momento no se puede acceder a Jumio. No se ha perdido nada, y esta página continúa por sí sola.',
  'stuck.sentence': 'En este momento no se puede iniciar su verificación de identidad. Usted no ha hecho nada mal.',
  'stranger.sentence': 'Inicie sesión primero. Después volverá aquí.',
  'sign_in_down.sentence':
    'En este momento no se puede comprobar su sesión. No se ha perdido nada; inténtelo de nuevo en unos minutos.',
  'too_old.sentence': 'Esta página ya no está actualizada y no se ha cambiado nada. Vuelva atrás e inténtelo de nuevo.',
  'unavailable.sentence':
    'En este momento no se puede acceder a su verificación de identidad. No se ha perdido nada; inténtelo de nuevo en unos minutos.',
  'too_many.sentence': 'Ha habido muchas solicitudes en poco tiempo. Espere un minuto e inténtelo de nuevo.',
  'used_link.sentence': 'Esta dirección ya no sirve. Funciona una sola vez y durante poco tiempo.',
  'foreign_link.sentence':
    'Otra persona ha iniciado sesión en este navegador. Cierre esa sesión o use otro navegador y vuelva a abrir la dirección.',
  'foreign_link.continue': 'Continuar con la sesión iniciada',
  'no_pages.sentence': 'En esta dirección no se puede hacer la verificación de identidad. Vuelva a la aplicación.',
  'broken_link.sentence': 'No hay nada en esta dirección. Quizá se cortó por el camino.',

  'enter.sentence': 'Continúe con su verificación de identidad si fue usted quien la pidió.',

  'consent.title': 'Antes de verificar su identidad',
  'consent.sentence':
    '{{brand}} pide a Jumio, una empresa que comprueba documentos de identidad, que confirme que usted es quien dice ser.',
  'consent.why': 'Así nadie puede abrir una cuenta en nombre de otra persona.',
  'consent.time': 'Suele llevar menos de cinco minutos.',
  'consent.need': 'Qué necesita',
  'consent.need_document': 'un pasaporte, documento de identidad o permiso de conducir en vigor',
  'consent.need_camera': 'un teléfono o un ordenador con cámara',
  'consent.data': 'Qué ocurre con sus datos',
  'consent.controller': '{{brand}} es responsable del tratamiento de sus datos.',
  'consent.data_before':
    'Jumio ha recibido, al registrarse usted, un identificador sin su nombre y el idioma de sus páginas. No recibe nada más antes de que usted acepte.',
  'consent.data_nothing_before': 'Jumio no recibe nada sobre usted antes de que acepte.',
  'consent.data_sent': 'Jumio recibe las fotos que usted hace de su documento y de su cara.',
  'consent.data_biometric':
    'A partir de ellas, Jumio calcula datos biométricos de su cara para compararla con su documento y comprobar que hay una persona viva ante la cámara.',
  'consent.data_traits':
    'Jumio recibe también lo que usted nos ha dicho de sí, por ejemplo su nombre, y lo compara con su documento.',
  'consent.data_back': 'Jumio nos comunica si su identidad queda confirmada.',
  'consent.data_kept':
    'Nosotros guardamos el resultado, sus fechas y los identificadores de Jumio, no las fotos, hasta que se supriman sus datos. Después solo quedan el resultado y sus fechas.',
  'consent.jumio_retention':
    'Jumio guarda las fotos y los datos biométricos durante el tiempo acordado con nosotros, como máximo hasta que se supriman sus datos.',
  'consent.rights': 'Usted decide',
  'consent.take_back':
    'Puede retirar su consentimiento en cualquier momento: mientras Jumio no tenga sus fotos, allí donde lo dio. A partir de entonces no se envía nada más a Jumio. Lo hecho hasta entonces sigue siendo lícito.',
  'consent.erasure':
    'Para retirarlo más tarde o para que se supriman sus datos, póngase en contacto con nosotros: {{address}}',
  'consent.explicit': 'Si acepta, consiente expresamente este uso de sus datos biométricos.',
  'consent.policy': 'Encontrará más información en la política de privacidad.',
  'consent.changed': 'Este texto ha cambiado desde que usted lo aceptó.',
  'consent.agree': 'Aceptar y continuar',
  'consent.decline': 'No acepto',
  'consent.withdraw': 'Ya no acepto',

  'declined.sentence':
    'No ha aceptado, por lo que su verificación de identidad no continúa. Puede cambiar de opinión en cualquier momento.',
  'declined.reconsider': 'Leer de nuevo',

  'cannot.title': 'Si no puede hacerlo',
  'cannot.text':
    'Si no tiene cámara o no desea que se comparen fotos de su cara, pregunte por otra forma de hacerlo allí donde se registró.',

  'problem.unreadable': 'No hemos podido leer su documento',
  'problem.face_unreadable': 'No hemos podido ver bien su cara',
  'problem.document_unusable': 'No podemos utilizar la foto de su documento',
  'problem.expired_document': 'Su documento no tiene validez suficiente',
  'problem.unsupported_document': 'No podemos aceptar este tipo de documento',
  'problem.not_finished': 'Faltan pasos en su verificación de identidad',

  'reason.unreadable':
    'No se ha podido leer la foto de su documento. Ayuda una buena luz, sin reflejos, y que el documento salga entero.',
  'reason.face_unreadable':
    'No se le veía bien la cara. Colóquese de cara a la luz, quítese lo que le cubra la cara, por ejemplo las gafas de sol, y asegúrese de que no salga nadie más en la imagen.',
  'reason.document_unusable':
    'La foto de su documento no se pudo utilizar. Fotografíe el original de un documento de identidad firmado: no una copia, ni una pantalla, ni otro tipo de tarjeta.',
  'reason.expired_document':
    'El documento ya no es válido, o no por tiempo suficiente. Utilice uno que tenga más validez.',
  'reason.unsupported_document': 'Este tipo de documento no se puede utilizar. Utilice otro, por ejemplo un pasaporte.',
  'reason.not_finished': 'No se terminaron todos los pasos. La próxima vez, complételos todos.',
  'reason.other': 'Lo que se envió no fue suficiente para confirmar su identidad.',
  'reason.eid': 'Su identidad electrónica no es suficiente aquí; por eso, confirme también su identidad en Jumio.',
  'used_up.reason': 'Ha agotado todos sus intentos y no puede volver a intentarlo aquí.',
  'used_up.support': 'Póngase en contacto con el servicio de asistencia: le dirán qué es posible ahora.',

  'jumio.9100': 'Se ha producido un problema en Jumio. Inténtelo de nuevo.',
  'jumio.9200': 'El enlace a Jumio ya no era válido. Aquí puede obtener uno nuevo.',
  'jumio.9210': 'Hubo una pausa larga y Jumio cerró la sesión. Vuelva a empezar.',
  'jumio.9300': 'No se pudieron enviar las fotos. Compruebe su conexión e inténtelo de nuevo.',
  'jumio.9400': 'No se pudo terminar un paso en Jumio. Inténtelo de nuevo.',
  'jumio.9800': 'No había conexión a internet. Compruébela e inténtelo de nuevo.',
  'jumio.9801': 'Se ha producido un problema en el navegador. Inténtelo de nuevo o use otro navegador.',
  'jumio.9810': 'Se interrumpió la conexión con Jumio. Inténtelo de nuevo.',
  'jumio.9820': 'No se ha encontrado ninguna cámara. Use un dispositivo con cámara, por ejemplo su teléfono.',
  'jumio.9821': 'No se pudo hacer la foto de su cara. Inténtelo de nuevo con una luz uniforme.',
  'jumio.9822': 'Este navegador no puede usar la cámara. Use otro navegador o su teléfono.',
  'jumio.9835': 'Ninguna de las tres fotos se pudo utilizar. Inténtelo de nuevo con buena luz.',
  'jumio.9836': 'No se pudo terminar la comprobación en Jumio. Inténtelo de nuevo.',
  'jumio.other': 'Esta vez no ha funcionado en Jumio. Inténtelo de nuevo.',

  'block.rejected': 'No puede iniciar sesión porque no se ha podido verificar su identidad.',
  'block.review': 'Todavía no puede iniciar sesión: su verificación de identidad se está revisando.',
  'block.unverified': 'No podrá iniciar sesión hasta que se haya verificado su identidad.',
  'block.unknown':
    'En este momento no se puede consultar su verificación de identidad. Inténtelo de nuevo en unos minutos.',
  'block.support':
    'Póngase en contacto con el servicio de asistencia. Diríjase a {{address}} para obtener más información.',
  'block.way_on': 'Puede continuar aquí, en los próximos diez minutos: {{url}}',
  'block.try_again': '{{problem}}. Inténtelo de nuevo aquí en los próximos diez minutos: {{url}}',
  'block.under_way':
    'Su verificación de identidad está en curso. Puede seguirla aquí durante los próximos diez minutos: {{url}}',
  'block.level':
    'Este registro exige una confirmación más fuerte de su identidad electrónica. Inténtelo de nuevo y confirme en su aplicación como se lo pida.',

  'phone.title': 'O con su teléfono',
  'phone.how':
    'Lea este código con la cámara de su teléfono o escriba allí la dirección. Sirve una sola vez y durante diez minutos; vuelva a cargar esta página para obtener otra. Es solo para usted: no se la enseñe a nadie.',
  'phone.code': 'Código QR de la dirección de abajo',
  'phone.whose':
    'Con este código, toda la verificación de identidad sigue en su teléfono. La página de Jumio puede mostrar más tarde un código propio: con ese solo se hacen allí las fotos.',
  'phone.show': 'Mostrar un código para mi teléfono',
  'phone.follow': 'Sigo con mi teléfono: esperar aquí el resultado',
  'phone.following_title': 'Siga con su teléfono',
  'phone.following': 'Su verificación de identidad sigue en su teléfono.',
  'phone.here': 'Usar este dispositivo',
  'phone.back': 'Vuelva a su ordenador: la página sigue allí por sí sola. Puede cerrar esta.',
};
