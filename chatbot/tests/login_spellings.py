"""Ways to write a document and a year of birth."""

SPELLINGS = [
    "12345678 1990",
    "DNI 12345678 año 1990",
    "DNI: 12345678 1990",
    "DNI 12345678 anio 1990",
    "12345678, 1990",
    "12.345.678-1990",
    "mi dni es 12345678 y naci en 1990",
    "Mi DNI es 12345678 y nací en 1990",
    "1990 12345678",
]
