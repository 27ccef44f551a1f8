using Mana.Simulation.Devices;
using Mana.Simulation.Worlds;

namespace Mana.Simulation.Checks;

/// <summary>What every single answer must be like: no unexpected refusal, nothing foreign, no cursor that goes back.</summary>
internal static class Inspection
{
    public static (string Check, string Details)? Problem(World world, Request request, Reply reply)
    {
        if (!reply.Ok)
            return reply.Status == 403 && reply.Index is { } index && !request.Readable.Contains(request.Sent[index].Scope)
                ? null
                : ("answers", $"{request}: {reply.Status} {reply.Text}");
        foreach (var change in reply.Changes)
        {
            if (world.Records.Find(change.Key.Id) is not { } entry || !request.Readable.Contains(entry.Scope))
                return ("no foreign data", $"{request}: delivered {change}");
            if (entry.Secret && entry.Author != request.Device.Person && !change.IsBare)
                return ("no private data", $"{request}: delivered {change}");
            if (request.Table is { } table && change.Key.Table != table)
                return ("no other collection", $"{request}: delivered {change}");
        }

        return Backwards(request, reply) is { } problem ? ("monotonic cursors", $"{request}: {problem}") : null;
    }

    static string? Backwards(Request request, Reply reply)
    {
        if (reply.SyncedUntil.Length != Instants.Epoch.Length + 3)
            return $"syncedUntil {reply.SyncedUntil} is not of fixed width";
        if (request.Since is { } since && since != Instants.Epoch && string.CompareOrdinal(reply.SyncedUntil, since) < 0)
            return $"syncedUntil {reply.SyncedUntil} after since {since}";
        // Other scopes have other positions, and one that was joined again is read from its beginning.
        return request.Before is { } before && request.Moves == before.Moves && string.CompareOrdinal(reply.SyncedUntil, before.SyncedUntil) < 0
            ? $"syncedUntil {reply.SyncedUntil} after {before.SyncedUntil}"
            : null;
    }
}
