using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mana.Credits.Ledger;

/// <summary>JSON that is passed on as it is stored.</summary>
internal sealed record RawJson(string Text)
{
    public static RawJson? Of(string? text) => text is null ? null : new RawJson(text);
}

internal sealed class RawJsonConverter : JsonConverter<RawJson>
{
    public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return new RawJson(document.RootElement.GetRawText());
    }

    public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options) => writer.WriteRawValue(value.Text, skipInputValidation: true);
}
