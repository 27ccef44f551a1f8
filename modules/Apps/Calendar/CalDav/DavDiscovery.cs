using System.Text.RegularExpressions;

namespace Mana.Apps.Calendar.CalDav;

/// <summary>A calendar that a server told of.</summary>
internal sealed record DavCalendar(string Url, string Name, string? Color, string? Description, IReadOnlyList<string> Components, bool MayWrite);

/// <summary>What there is, or why nothing was found.</summary>
/// <param name="At">Where it ended.</param>
internal sealed record DavFound(DavFailure Failure, Uri At, IReadOnlyList<DavCalendar> Calendars);

/// <summary>
/// Finds the calendars of a person (compute.md 9.5): the address that they typed, <c>/.well-known/caldav</c> (RFC 6764), then the root; there the principal, its home sets, and what
/// lies in them (RFC 4791). A server that refuses the password is asked once.
/// </summary>
internal sealed partial class DavDiscovery(DavClient client)
{
    const int MostHomes = 5;
    const int MostCalendars = 500;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    public async Task<DavFound> FindAsync(Uri typed, DavCredentials given, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            return await FindAsync(new DavLogin(DavAddress.ServerOf(typed), given.Username, given.Password), typed, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new DavFound(DavFailure.Unavailable, typed, []);
        }
    }

    async Task<DavFound> FindAsync(DavLogin login, Uri typed, CancellationToken cancellationToken)
    {
        var last = new DavFound(DavFailure.NotFound, typed, []);
        foreach (var start in StartsOf(typed))
        {
            var answer = await client.PropertiesAsync(login, start, 0, DavBodies.Principal, cancellationToken);
            if (answer.Failure is DavFailure.Unauthorized or DavFailure.OtherHost or DavFailure.NotAllowed or DavFailure.RateLimited)
                return new DavFound(answer.Failure, answer.Address, []);
            if (answer.Failure == DavFailure.None && await FromAsync(login, answer, cancellationToken) is { } found)
                return found;
            if (answer.Failure == DavFailure.Unavailable)
                last = new DavFound(DavFailure.Unavailable, answer.Address, []);
        }

        return last;
    }

    static IEnumerable<Uri> StartsOf(Uri typed)
    {
        if (typed.AbsolutePath.Trim('/').Length > 0)
            yield return typed;
        yield return new Uri(typed, "/.well-known/caldav");
        yield return new Uri(typed, "/");
    }

    /// <summary>Null: it leads nowhere, and another start may.</summary>
    async Task<DavFound?> FromAsync(DavLogin login, DavAnswer answer, CancellationToken cancellationToken)
    {
        if (answer.Responses.FirstOrDefault() is not { } resource)
            return null;
        if (resource.Is("c:calendar"))
            return await ListAsync(login, [answer.Address], 0, cancellationToken);
        var homes = Addresses(answer.Address, resource, DavProp.HomeSet);
        if (homes.Count == 0 && Addresses(answer.Address, resource, DavProp.Principal) is [var principal, ..])
        {
            var told = await client.PropertiesAsync(login, principal, 0, DavBodies.Principal, cancellationToken);
            if (told.Failure != DavFailure.None)
                return new DavFound(told.Failure, told.Address, []);
            homes = told.Responses.FirstOrDefault() is { } found ? Addresses(told.Address, found, DavProp.HomeSet) : [];
        }

        return homes.Count == 0 ? null : await ListAsync(login, homes, 1, cancellationToken);
    }

    /// <summary>A home that fails does not hide the others.</summary>
    async Task<DavFound> ListAsync(DavLogin login, IEnumerable<Uri> homes, int depth, CancellationToken cancellationToken)
    {
        var calendars = new Dictionary<string, DavCalendar>(StringComparer.Ordinal);
        var (read, failed) = (0, (DavFound?)null);
        foreach (var home in homes.Take(MostHomes))
        {
            var answer = await client.PropertiesAsync(login, home, depth, DavBodies.Calendars, cancellationToken);
            if (answer.Failure != DavFailure.None)
            {
                failed ??= new DavFound(answer.Failure, answer.Address, []);
                continue;
            }

            read++;
            foreach (var resource in answer.Responses.Where(HoldsEvents))
                if (calendars.Count < MostCalendars && DavAddress.Resolve(answer.Address, resource.Href) is { } address && DavAddress.MaySend(login.Server, address))
                    calendars.TryAdd(DavAddress.KeyOf(address), Told(address, resource));
        }

        return read == 0 ? failed! : new DavFound(DavFailure.None, login.Server, [.. calendars.Values]);
    }

    /// <summary>A calendar that does not say what it takes takes everything (RFC 4791, 5.2.3).</summary>
    static bool HoldsEvents(DavResponse resource) =>
        resource.Is("c:calendar") && (!resource.Found.TryGetValue(DavProp.Components, out var components) || components.Components.Count == 0 || components.Components.Contains("VEVENT"));

    static DavCalendar Told(Uri address, DavResponse resource)
    {
        var name = resource.Text(DavProp.DisplayName) ?? Uri.UnescapeDataString(address.AbsolutePath.Trim('/').Split('/')[^1]);
        var color = resource.Text(DavProp.Color) is { } text && Color().IsMatch(text) ? text[..7].ToLowerInvariant() : null;
        // A server that has no rights to tell of lets its people write.
        var mayWrite = !resource.Found.TryGetValue(DavProp.Privileges, out var rights) || rights.Names.Any(right => right is "all" or "write" or "write-content" or "bind");
        IReadOnlyList<string> components = resource.Found.TryGetValue(DavProp.Components, out var listed) ? [.. listed.Components.Distinct(StringComparer.Ordinal)] : [];
        return new DavCalendar(address.AbsoluteUri, Short(name, 200), color, resource.Text(DavProp.Description) is { } description ? Short(description, 2_000) : null, components, mayWrite);
    }

    static List<Uri> Addresses(Uri from, DavResponse resource, DavProp prop) =>
        resource.Found.TryGetValue(prop, out var value) ? [.. value.Hrefs.Select(href => DavAddress.Resolve(from, href)).OfType<Uri>()] : [];

    static string Short(string text, int most) => text.Length <= most ? text : text[..most];

    /// <summary>Apple adds two digits for how much shines through.</summary>
    [GeneratedRegex("^#[0-9a-f]{6}(?:[0-9a-f]{2})?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Color();
}
