using Mana.Devices;

namespace Mana.Load;

/// <summary>Registers people, a few at a time: a host hashes one password per processor at once.</summary>
internal static class Accounts
{
    const int AtOnce = 4;
    static readonly Dictionary<string, List<Account>> Known = new(StringComparer.Ordinal);

    public static Task<List<Account>> OpenAsync(LoadOptions options, int count) =>
        AllAsync(options, Enumerable.Range(0, count), (http, _) => Account.CreateAsync(http, $"load-{Guid.NewGuid():N}@example.test"));

    /// <summary>The people of earlier runs first, with new access tokens: registering hundreds takes longer than most runs. With <c>--accounts</c> also those of earlier processes.</summary>
    public static async Task<List<Account>> ReuseAsync(LoadOptions options, int count)
    {
        if (!Known.TryGetValue(options.Url, out var known))
            Known[options.Url] = known = await LoadAsync(options);
        else
            await Parallel.ForEachAsync(known.Take(count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (account, _) => await account.RefreshAsync());
        if (known.Count < count)
            known.AddRange(await OpenAsync(options, count - known.Count));
        if (options.AccountsFile is { } file)
            await File.WriteAllLinesAsync(file, known.Select(account => $"{account.Email} {account.RefreshToken}"));
        return known[..count];
    }

    static async Task<List<Account>> LoadAsync(LoadOptions options) => options.AccountsFile is { } file && File.Exists(file)
        ? await AllAsync(options, await File.ReadAllLinesAsync(file), (http, line) => ResumeAsync(http, line.Split(' ')))
        : [];

    static async Task<Account> ResumeAsync(HttpClient http, string[] known)
    {
        try
        {
            return await Account.ResumeAsync(http, known[0], known[1]);
        }
        catch (InvalidOperationException)
        {
            // A file of long ago, or of a run that was broken off: the password is always the same.
            return await Account.SignInAsync(http, known[0]);
        }
    }

    static async Task<List<Account>> AllAsync<T>(LoadOptions options, IEnumerable<T> people, Func<HttpClient, T, Task<Account>> come)
    {
        var handler = new SocketsHttpHandler { MaxConnectionsPerServer = AtOnce };
        var listed = people.ToList();
        var came = new Account[listed.Count];
        await Parallel.ForEachAsync(Enumerable.Range(0, listed.Count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, _) =>
            came[i] = await come(new HttpClient(handler, disposeHandler: false) { BaseAddress = new Uri(options.Url) }, listed[i]));
        return [.. came];
    }
}
