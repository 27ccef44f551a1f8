using System.Security.Cryptography;
using System.Text;
using Mana.Apps.Calendar.External;
using Mana.Apps.Calendar.Records;
using Mana.Apps.Data;
using Mana.Auth.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Mana.Apps.Calendar.CalDav;

/// <summary>What a person typed to get at their calendars.</summary>
internal sealed class DavCredentials(string username, string password)
{
    public string Username => username;

    public string Password => password;
}

/// <summary>
/// Names and passwords at CalDAV servers (compute.md 9.5): sealed before they are stored, opened to be sent to the server that they were given for, and gone with the last
/// calendar that needs them.
/// </summary>
internal sealed class DavAccounts(AppsDbContext database, DavClient client, CalendarOptions options, ISealedSecrets secrets, TimeProvider time)
{
    const string Purpose = "apps caldav password";

    public static bool Serves(string provider) => provider is "caldav" or "apple";

    /// <summary>Whether the calendar may be asked so, and of whom there are credentials.</summary>
    public async Task<ExternalOutcome> CheckAsync(string userId, NewExternal wish, CancellationToken cancellationToken)
    {
        if (DavAddress.Typed(wish.Url!) is not { } address || !client.MayAsk(address) || (wish.Provider == "apple" && !DavAddress.IsApple(new Uri(options.AppleUrl), address)))
            return ExternalOutcome.UrlNotAllowed;
        if (wish.Credentials is not null)
            return ExternalOutcome.Done;
        var account = await database.Set<DavAccount>().AsNoTracking().FirstOrDefaultAsync(one => one.Id == wish.AccountId && one.UserId == userId, cancellationToken);
        return account is not null && DavAddress.MaySend(new Uri(account.Server), address) ? ExternalOutcome.Done : ExternalOutcome.AccountNotFound;
    }

    /// <summary>The account's id. Calendars that waited for a new password are due. The caller's transaction holds the row until it has its calendar.</summary>
    public async Task<Guid> KeepAsync(string userId, Uri address, DavCredentials given, CancellationToken cancellationToken)
    {
        var (server, now) = (DavAddress.ServerOf(address).AbsoluteUri, time.GetUtcNow());
        var id = NameUuid.Of($"caldav account|{userId}|{server}|{given.Username}");
        var password = secrets.Seal(Purpose, id.ToString("N"), Encoding.UTF8.GetBytes(given.Password));
        await database.Database.ExecuteSqlAsync($"""
            INSERT INTO apps.caldav_accounts (id, user_id, server, username, password, state, created_at, updated_at) VALUES ({id}, {userId}, {server}, {given.Username}, {password}, {DavAccount.Connected}, {now}, {now})
            ON CONFLICT (id) DO UPDATE SET password = excluded.password, state = excluded.state, updated_at = excluded.updated_at
            """, cancellationToken);
        await database.Set<ExternalCalendar>().Where(one => one.DavAccountId == id && one.Failures > 0)
            .ExecuteUpdateAsync(set => set.SetProperty(one => one.NextRunAt, now).SetProperty(one => one.Failures, 0), cancellationToken);
        return id;
    }

    /// <summary>Forgets an account that no calendar needs any more; in a transaction. Whoever adds a calendar holds the row, so the second statement sees it.</summary>
    public async Task ForgetAsync(Guid id, CancellationToken cancellationToken)
    {
        await database.Database.ExecuteSqlAsync($"SELECT FROM apps.caldav_accounts WHERE id = {id} FOR UPDATE", cancellationToken);
        await database.Set<DavAccount>().Where(one => one.Id == id && !database.Set<ExternalCalendar>().Any(calendar => calendar.DavAccountId == id)).ExecuteDeleteAsync(cancellationToken);
    }

    public Task EraseAsync(string userId, CancellationToken cancellationToken) => database.Set<DavAccount>().Where(one => one.UserId == userId).ExecuteDeleteAsync(cancellationToken);

    /// <summary>Null: there is none that opens, or the server has refused it.</summary>
    public async Task<DavLogin?> LoginAsync(ExternalCalendar calendar, CancellationToken cancellationToken)
    {
        if (await database.Set<DavAccount>().FirstOrDefaultAsync(one => one.Id == calendar.DavAccountId, cancellationToken) is not { State: DavAccount.Connected } account)
            return null;
        try
        {
            return new DavLogin(new Uri(account.Server), account.Username, Encoding.UTF8.GetString(secrets.Open(Purpose, account.Id.ToString("N"), account.Password)));
        }
        catch (CryptographicException)
        {
            // Sealed with a key that is gone: only the person can help.
            await RefusedAsync(calendar, cancellationToken);
            return null;
        }
    }

    /// <summary>The server said 401: nothing more is asked in this name, for any calendar, unless another password was given meanwhile.</summary>
    public async Task RefusedAsync(ExternalCalendar calendar, CancellationToken cancellationToken)
    {
        var account = await database.Set<DavAccount>().FirstAsync(one => one.Id == calendar.DavAccountId, cancellationToken);
        await database.Set<DavAccount>().Where(one => one.Id == account.Id && one.Password == account.Password)
            .ExecuteUpdateAsync(set => set.SetProperty(one => one.State, DavAccount.ReauthRequired).SetProperty(one => one.UpdatedAt, time.GetUtcNow()), cancellationToken);
    }
}
