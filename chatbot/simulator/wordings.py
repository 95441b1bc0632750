"""The made-up account's templates, as Meta's list would give them: in Spanish, like its people."""

from typing import Any

LISTED: tuple[dict[str, Any], ...] = (
    {
        "id": "sim-1",
        "name": "seguimiento_visita",
        "language": "es_PE",
        "category": "UTILITY",
        "status": "APPROVED",
        "quality_score": {"score": "GREEN"},
        "parameter_format": "NAMED",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Sobre tu consulta"},
            {
                "type": "BODY",
                "text": (
                    "Hola {{nombre}}, te escribimos por tu consulta sobre {{propiedad}}. "
                    "¿Todavía quieres visitarla?"
                ),
                "example": {
                    "body_text_named_params": [
                        {"param_name": "nombre", "example": "Ana"},
                        {"param_name": "propiedad", "example": "Villa Marina"},
                    ]
                },
            },
            {"type": "FOOTER", "text": "Oficina de demostración"},
            {
                "type": "BUTTONS",
                "buttons": [
                    {"type": "QUICK_REPLY", "text": "Sí, quiero visitarla"},
                    {"type": "QUICK_REPLY", "text": "Ya no, gracias"},
                ],
            },
        ],
    },
    {
        "id": "sim-2",
        "name": "nueva_propiedad",
        "language": "es_PE",
        "category": "MARKETING",
        "status": "APPROVED",
        "quality_score": {"score": "GREEN"},
        "parameter_format": "POSITIONAL",
        "components": [
            {"type": "HEADER", "format": "IMAGE"},
            {
                "type": "BODY",
                "text": "Hola {{1}}, tenemos algo nuevo para ti: {{2}}, desde {{3}}.",
                "example": {"body_text": [["Ana", "Mirador de Barranco", "US$ 198,000"]]},
            },
            {"type": "FOOTER", "text": "Responde ALTO para no recibir más novedades"},
            {
                "type": "BUTTONS",
                "buttons": [
                    {"type": "QUICK_REPLY", "text": "Quiero saber más"},
                    {"type": "URL", "text": "Ver fotos", "url": "https://ejemplo.test/fotos"},
                ],
            },
        ],
    },
    {
        "id": "sim-3",
        "name": "oferta_relampago",
        "language": "es_PE",
        "category": "UTILITY",
        "status": "REJECTED",
        "rejected_reason": "PROMOTIONAL",
        "parameter_format": "POSITIONAL",
        "components": [
            {
                "type": "BODY",
                "text": "Solo por hoy, {{1}}: separa {{2}} con la mitad de la inicial.",
                "example": {"body_text": [["Ana", "Villa Marina"]]},
            }
        ],
    },
)
