using Mana.Devices;

namespace Mana.Load;

/// <summary>Registers people, a few at a time: a host hashes one password per processor at once.</summary>
internal static class Accounts
{
    const int AtOnce = 4;
    static readonly Dictionary<string, List<Account>> Known = new(StringComparer.Ordinal);

    public static async Task<List<Account>> OpenAsync(LoadOptions options, int count)
    {
        var handler = new SocketsHttpHandler { MaxConnectionsPerServer = AtOnce };
        var opened = new Account[count];
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, _) =>
            opened[i] = await Account.CreateAsync(new HttpClient(handler, disposeHandler: false) { BaseAddress = new Uri(options.Url) }, $"load-{Guid.NewGuid():N}@example.test"));
        return [.. opened];
    }

    /// <summary>The people of earlier runs first, with new access tokens: registering hundreds takes longer than most runs.</summary>
    public static async Task<List<Account>> ReuseAsync(LoadOptions options, int count)
    {
        if (!Known.TryGetValue(options.Url, out var known))
            Known[options.Url] = known = [];
        await Parallel.ForEachAsync(known.Take(count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (account, _) => await account.RefreshAsync());
        if (known.Count < count)
            known.AddRange(await OpenAsync(options, count - known.Count));
        return known[..count];
    }
}
