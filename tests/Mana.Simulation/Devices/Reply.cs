using System.Text.Json;

namespace Mana.Simulation.Devices;

/// <summary>What became of one pushed change.</summary>
internal sealed record Ack(int Index, bool Duplicate, string? ClampedTo);

/// <summary>What a host answered.</summary>
/// <param name="Index">Of the change that a refusal is about.</param>
internal sealed record Reply(int Status, string Text, IReadOnlyList<Incoming> Changes, string SyncedUntil, string Cursor, bool HasMore, IReadOnlyList<Ack> Acks, int? Index)
{
    public bool Ok => Status == 200;

    public static Reply Read(int status, byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (status != 200)
                return new Reply(status, root.GetRawText(), [], "", "", false, [], root.TryGetProperty("index", out var index) ? index.GetInt32() : null);
            return new Reply(
                status, "", [.. root.GetProperty("serverChanges").EnumerateArray().Select(Incoming.Read)], root.GetProperty("syncedUntil").GetString()!,
                root.GetProperty("cursor").GetString()!, root.TryGetProperty("hasMore", out var more) && more.GetBoolean(),
                root.TryGetProperty("acks", out var acks) ? [.. acks.EnumerateArray().Select(ReadAck)] : [], null);
        }
        catch (JsonException)
        {
            return new Reply(status, System.Text.Encoding.UTF8.GetString(body), [], "", "", false, [], null);
        }
    }

    public override string ToString() => Ok ? $"{Changes.Count} changes until {SyncedUntil}{(HasMore ? " and more" : "")}: {string.Join("; ", Changes)}" : $"{Status} {Text}";

    static Ack ReadAck(JsonElement ack) => new(
        ack.GetProperty("index").GetInt32(), ack.GetProperty("status").GetString() == "duplicate", ack.TryGetProperty("at", out var at) ? at.GetString() : null);
}
