using System.Globalization;
using System.Text;

namespace Mana.Simulation.Devices;

internal enum ChangeKind
{
    Insert,
    Update,
    Delete,

    /// <summary>A delete without a time.</summary>
    Erase,
}

/// <summary>A record of the world, the same on every device.</summary>
internal readonly record struct RecordKey(string Table, string Id)
{
    public override string ToString() => $"{Table}/{Id}";
}

/// <summary>One version of one field: the JSON token of its value, and its time as text and as instant.</summary>
internal readonly record struct FieldWrite(string Name, string Value, string At, long Micros)
{
    public override string ToString() => $"{Name}={Value}@{At}";
}

/// <summary>An edit as a device made and queued it. A delete keeps its own time as the last of its writes.</summary>
internal sealed class Change
{
    public const string DeletedAt = "deletedAt";
    public const string Visibility = "visibility";

    string? _json;

    public required int Number { get; init; }

    public required string ClientId { get; init; }

    public required string UserId { get; init; }

    public required RecordKey Key { get; init; }

    /// <summary>Name of the scope that the server must put it into.</summary>
    public required string Scope { get; init; }

    /// <summary>As the client writes it; null for none.</summary>
    public required string? SpaceId { get; init; }

    public required ChangeKind Kind { get; init; }

    public required IReadOnlyList<FieldWrite> Writes { get; init; }

    public required Guid? EventId { get; init; }

    /// <summary>An insert says the time of every field, and not only when it was created.</summary>
    public bool NamesTimes { get; init; }

    /// <summary>Some host answered 200 to a request that held it.</summary>
    public bool Answered { get; set; }

    /// <summary>The server put its times back to this one.</summary>
    public string? ClampedTo { get; set; }

    public string Json => _json ??= Render();

    public override string ToString() => $"#{Number} {Kind} {Key} {string.Join(' ', Writes)}";

    string Render()
    {
        var op = Kind == ChangeKind.Erase ? "delete" : Kind.ToString().ToLowerInvariant();
        var json = new StringBuilder(256).Append(CultureInfo.InvariantCulture, $"{{\"table\":\"{Key.Table}\",\"id\":\"{Key.Id}\",\"op\":\"{op}\"");
        if (EventId is { } id)
            json.Append(CultureInfo.InvariantCulture, $",\"eventId\":\"{id}\"");
        if (SpaceId is not null)
            json.Append(CultureInfo.InvariantCulture, $",\"spaceId\":\"{SpaceId}\"");
        if (Kind == ChangeKind.Insert)
            Insert(json);
        else if (Kind == ChangeKind.Delete)
            json.Append(CultureInfo.InvariantCulture, $",\"deletedAt\":\"{Writes[^1].At}\"");
        var fields = Kind switch
        {
            ChangeKind.Update => Writes,
            ChangeKind.Delete => [.. Writes.SkipLast(1)],
            ChangeKind.Insert or ChangeKind.Erase => [],
        };
        if (fields.Count > 0)
            json.Append(",\"fields\":{").AppendJoin(',', fields.Select(field => $"\"{field.Name}\":{{\"value\":{field.Value},\"at\":\"{field.At}\"}}")).Append('}');
        return json.Append('}').ToString();
    }

    void Insert(StringBuilder json)
    {
        json.Append(CultureInfo.InvariantCulture, $",\"data\":{{\"id\":\"{Key.Id}\"");
        foreach (var write in Writes)
            json.Append(CultureInfo.InvariantCulture, $",\"{write.Name}\":{write.Value}");
        json.Append('}');
        if (NamesTimes)
            json.Append(",\"fieldMeta\":{").AppendJoin(',', Writes.Select(write => $"\"{write.Name}\":\"{write.At}\"")).Append('}');
    }
}
