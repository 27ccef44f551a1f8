using NodaTime;

namespace Mana.Apps.Calendar.CalDav;

/// <summary>A calendar object as a list names it.</summary>
/// <param name="Href">As the server wrote it, without its host.</param>
internal sealed record DavEntry(string Key, string Href, string? ETag);

/// <summary>What a list says: which versions there are, what is gone, and with what to ask next time.</summary>
/// <param name="IsWhole">Not only changes: what is known and not listed is gone, or has left the window.</param>
internal sealed record DavListing(DavFailure Failure, TimeSpan? RetryAfter, IReadOnlyList<DavEntry> Entries, IReadOnlyList<string> Gone, bool IsWhole, string? SyncToken, string? CTag);

/// <summary>An object and its text; no text: it is gone, or too large to be read.</summary>
internal sealed record DavText(DavEntry Entry, string? Text, bool IsGone);

/// <summary>One calendar at a CalDAV server, in the name of its account.</summary>
internal sealed class DavCollection(DavClient client, DavLogin login, Uri address, CancellationToken cancellationToken)
{
    const int MostPages = 50;
    const int AtOnce = 50;
    readonly string _self = DavAddress.KeyOf(address).TrimEnd('/');

    /// <summary>One request when nothing has changed: by sync token (RFC 6578) where the server has them, else by its ctag.</summary>
    /// <param name="token">Of the last listing; one that is too old, or of a server that takes none any more, starts again.</param>
    public async Task<DavListing> ListAsync(string? token, string? ctag, Instant from, Instant to)
    {
        if (token is not null && await ChangesAsync(token) is { } changes)
            return changes;
        var state = await client.PropertiesAsync(login, address, 0, DavBodies.State, cancellationToken);
        if (state.Failure != DavFailure.None)
            return Failed(state);
        if (state.Responses.FirstOrDefault() is not { } self || !self.Is("c:calendar"))
            return Failed(state with { Failure = DavFailure.NotDav });
        // Asked for before the list: what changes in between is told again next time.
        var (newToken, newTag) = (self.Text(DavProp.SyncToken), self.Text(DavProp.CTag));
        if (newToken is null && newTag is not null && newTag == ctag)
            return new DavListing(DavFailure.None, null, [], [], false, null, newTag);
        var listed = await client.ReportAsync(login, address, 1, DavBodies.Window(from, to), cancellationToken);
        return listed.Failure != DavFailure.None ? Failed(listed)
            : new DavListing(DavFailure.None, null, [.. listed.Responses.Select(one => EntryOf(listed.Address, one)).OfType<DavEntry>()], [], true, newToken, newToken is null ? newTag : null);
    }

    /// <summary>Null: the token is of no use.</summary>
    async Task<DavListing?> ChangesAsync(string token)
    {
        var (entries, gone) = (new Dictionary<string, DavEntry>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        for (var page = 0; page < MostPages; page++)
        {
            var answer = await client.ReportAsync(login, address, 0, DavBodies.Changes(token), cancellationToken);
            if (answer.Failure is DavFailure.Forbidden or DavFailure.NotFound or DavFailure.NotDav)
                return null;
            if (answer.Failure != DavFailure.None)
                return Failed(answer);
            if (answer.Body!.SyncToken is not { Length: > 0 } next)
                return null;
            var isCut = false;
            foreach (var one in answer.Responses)
                if (one.Status == 507)
                    isCut = true;
                else if (EntryOf(answer.Address, one) is { } entry && one.Status is 404 or 410)
                {
                    gone.Add(entry.Key);
                    entries.Remove(entry.Key);
                }
                else if (EntryOf(answer.Address, one) is { } changed)
                {
                    entries[changed.Key] = changed;
                    gone.Remove(changed.Key);
                }

            if (!isCut || next == token)
                return new DavListing(DavFailure.None, null, [.. entries.Values], [.. gone], false, next, null);
            token = next;
        }

        return null;
    }

    /// <summary>Texts of objects; a bunch that is too large is asked for in halves.</summary>
    public async Task<(List<DavText> Texts, DavAnswer? Failed)> TextsAsync(IReadOnlyList<DavEntry> entries)
    {
        var texts = new List<DavText>();
        var waiting = new Stack<DavEntry[]>(entries.Chunk(AtOnce).Reverse());
        while (waiting.TryPop(out var part))
        {
            var answer = await client.ReportAsync(login, address, 1, DavBodies.Objects(part.Select(entry => entry.Href), withData: true), cancellationToken);
            if (answer.Failure == DavFailure.TooLarge && part.Length > 1)
            {
                waiting.Push(part[(part.Length / 2)..]);
                waiting.Push(part[..(part.Length / 2)]);
            }
            else if (answer.Failure == DavFailure.TooLarge)
                texts.Add(new DavText(part[0], null, IsGone: false));
            else if (answer.Failure != DavFailure.None)
                return (texts, answer);
            else
                texts.AddRange(Told(answer));
        }

        return (texts, null);
    }

    /// <summary>Which of them are there no more.</summary>
    public async Task<(HashSet<string> Gone, DavAnswer? Failed)> MissingAsync(IReadOnlyList<string> keys)
    {
        var gone = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in keys.Chunk(AtOnce))
        {
            var answer = await client.ReportAsync(login, address, 1, DavBodies.Objects(part, withData: false), cancellationToken);
            if (answer.Failure != DavFailure.None)
                return (gone, answer);
            gone.UnionWith(answer.Responses.Where(one => one.Status is 404 or 410).Select(one => EntryOf(answer.Address, one)?.Key).OfType<string>());
        }

        return (gone, null);
    }

    IEnumerable<DavText> Told(DavAnswer answer)
    {
        foreach (var one in answer.Responses)
            if (EntryOf(answer.Address, one) is { } entry)
            {
                if (one.Status is 404 or 410)
                    yield return new DavText(entry, null, IsGone: true);
                else if (one.Found.TryGetValue(DavProp.Data, out var data))
                    yield return new DavText(entry, data.Text, IsGone: false);
            }
    }

    /// <summary>Null: the calendar itself, a collection in it, or something on another host.</summary>
    DavEntry? EntryOf(Uri from, DavResponse response) =>
        response.Href.EndsWith('/') || DavAddress.Resolve(from, response.Href) is not { } found || !found.IdnHost.Equals(from.IdnHost, StringComparison.OrdinalIgnoreCase) || DavAddress.KeyOf(found) is not { } key || key == _self
            ? null : new DavEntry(key, found.AbsolutePath, response.Text(DavProp.ETag));

    static DavListing Failed(DavAnswer answer) => new(answer.Failure, answer.RetryAfter, [], [], false, null, null);
}
