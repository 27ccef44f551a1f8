using System.Text;
using System.Text.Json;
using Mana.Payments.Contracts;

namespace Mana.Payments.Api;

/// <summary>The envelope of an event; its object is looked at only for what it is and whose.</summary>
internal static class StripeEventReader
{
    public static StripeEventRecord Event(JsonElement json)
    {
        var target = json.Object("data")?.Object("object");
        var kind = target?.Text("object");
        return new(
            json.Needed("id"), json.Needed("type"), json.Text("api_version"), json.Flag("livemode"), StripeReader.Created(json), target?.Text("id"), kind,
            kind == "customer" ? target?.Text("id") : target?.Reference("customer"), Encoding.UTF8.GetBytes(json.GetRawText()));
    }

    /// <summary>Null when this is no event.</summary>
    public static StripeEventRecord? TryRead(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var json = document.RootElement;
            return json.Text("object") == "event" || json.Text("type") is not null ? Event(json) with { Json = body } : null;
        }
        catch (Exception failure) when (failure is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }
}
