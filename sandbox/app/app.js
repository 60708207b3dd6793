// Kratos empties the sign-in form where its hook refuses. The address that was typed comes back, in this tab alone.
(() => {
  const KEY = 'identifier';
  const field = document.querySelector('input[name=identifier]');
  if (field === null) return sessionStorage.removeItem(KEY);
  const typed = sessionStorage.getItem(KEY);
  if (field.value === '' && typed !== null) field.value = typed;
  field.form.addEventListener('submit', () => sessionStorage.setItem(KEY, field.value));
})();
