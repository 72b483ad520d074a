/**
 * The secrets of the authenticator apps of the demonstration's people, base32 by e-mail address. They are as public as
 * their passwords: the sign-in page of a demonstration shows the codes, and nothing else knows these people.
 */
export const demoCodeSecrets: Readonly<Record<string, string>> = {
  'anna@alpenwerk.example': 'ANNAGATEHOUSEDEMOANNAGATEHOUSEDE',
  'tom@alpenwerk.example': 'TOMGATEHOUSEDEMOTOMGATEHOUSEDEMO',
  'ruth@alpenwerk.example': 'RUTHGATEHOUSEDEMORUTHGATEHOUSEDE',
  'oskar@alpenwerk.example': 'OSKARGATEHOUSEDEMOOSKARGATEHOUSE',
  'clara@helvetia.example': 'CLARAGATEHOUSEDEMOCLARAGATEHOUSE',
  'marc@helvetia.example': 'MARCGATEHOUSEDEMOMARCGATEHOUSEDE',
  'ines@helvetia.example': 'INESGATEHOUSEDEMOINESGATEHOUSEDE',
  'luis@greatlakes.example': 'LUISGATEHOUSEDEMOLUISGATEHOUSEDE',
}
