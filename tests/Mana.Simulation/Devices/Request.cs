using System.Globalization;
using System.Text;

namespace Mana.Simulation.Devices;

/// <summary>An opaque cursor, and what came with it.</summary>
/// <param name="View">Inside a state view: what was so when it began, because that is what it shows.</param>
internal sealed record Bookmark(string Cursor, string SyncedUntil, int Moves, (int Moves, int Facts)? View);

/// <summary>One HTTP request of a device, with what the device and the world were like when it was made.</summary>
internal sealed class Request
{
    /// <summary>The only app of the simulation: scopes alone keep the seeds apart, as they keep tenants apart.</summary>
    public const string App = "sim";

    public required Device Device { get; init; }

    /// <summary>Null for a push.</summary>
    public string? Table { get; init; }

    public int? Limit { get; init; }

    public string? Since { get; init; }

    public Bookmark? Before { get; init; }

    /// <summary>Asks for the merged state instead of the log, from the beginning.</summary>
    public bool StateView { get; init; }

    public string? Cursor => Before?.Cursor;

    public IReadOnlyList<Change> Sent { get; init; } = [];

    public required int Incarnation { get; init; }

    /// <summary>How often the device had moved the cursor that this request starts at; of a legacy device, taken in a reply.</summary>
    public required int Steps { get; init; }

    /// <summary>How often the person had joined or left a space.</summary>
    public required int Moves { get; init; }

    /// <summary>Scopes that the person may read; what comes from any other is a leak.</summary>
    public required IReadOnlySet<string> Readable { get; init; }

    /// <summary>How many facts were certain before the request was sent: a complete answer must reflect them.</summary>
    public required int Facts { get; init; }

    public bool IsPush => Table is null;

    public HttpRequestMessage Message(string token)
    {
        var message = new HttpRequestMessage(IsPush ? HttpMethod.Post : HttpMethod.Get, new Uri("http://localhost/sync/" + App + (IsPush ? "" : Query())));
        message.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        message.Headers.TryAddWithoutValidation("X-Client-Id", Device.ClientId);
        if (IsPush)
            message.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Body()));
        return message;
    }

    public override string ToString()
    {
        var from = Cursor is null ? "since " + Since : "cursor";
        return IsPush ? $"{Device} pushes [{string.Join(',', Sent.Select(change => change.Number))}] {from}" : $"{Device} pulls {Table} {from} limit {Limit}{(StateView ? " as state" : "")}";
    }

    string Query()
    {
        var query = new StringBuilder("/pull?collection=").Append(Table);
        if (Cursor is not null)
            query.Append("&cursor=").Append(Uri.EscapeDataString(Cursor));
        else
            query.Append("&since=").Append(Uri.EscapeDataString(Since!));
        if (StateView)
            query.Append("&view=state");
        if (Limit is { } limit)
            query.Append(CultureInfo.InvariantCulture, $"&limit={limit}");
        return query.ToString();
    }

    string Body()
    {
        var body = new StringBuilder(512).Append(CultureInfo.InvariantCulture, $"{{\"clientId\":\"{Device.ClientId}\",\"schemaVersion\":1");
        body.Append(Cursor is null ? ",\"since\":\"" : ",\"cursor\":\"").Append(Cursor ?? Since).Append('"');
        return body.Append(",\"changes\":[").AppendJoin(',', Sent.Select(change => change.Json)).Append("]}").ToString();
    }
}
