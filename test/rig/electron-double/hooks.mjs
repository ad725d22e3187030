/** Module hooks (run beside the program under test): `electron` is the double, everything else is what it is. */
let double = null;

export function initialize(data) {
  double = data.double;
}

export function resolve(specifier, context, next) {
  return specifier === 'electron' ? { url: double, shortCircuit: true } : next(specifier, context);
}
