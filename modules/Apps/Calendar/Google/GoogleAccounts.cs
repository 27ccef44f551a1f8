using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mana.Apps.Data;
using Mana.Auth.Contracts;
using Mana.Kernel.Ids;
using Microsoft.EntityFrameworkCore;

namespace Mana.Apps.Calendar.Google;

/// <summary>What the start of a consent gives: where to send the browser, and the cookie that it must bring back.</summary>
internal sealed record ConsentStart(string Url, string Nonce);

/// <summary>
/// Google accounts of people (compute.md 9.5): consent with PKCE and a state of 256 bits that is bound to the person and their browser, used once within ten minutes; tokens
/// are sealed before they are stored and never leave this class but towards Google.
/// </summary>
internal sealed class GoogleAccounts(AppsDbContext database, GoogleClient google, GoogleOptions options, CalendarOptions calendar, ISealedSecrets secrets, IIdSource ids, TimeProvider time)
{
    const string TokenPurpose = "apps google token";
    const string VerifierPurpose = "apps google verifier";
    const string ReadScopes = "openid https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/calendar.readonly";
    const string WriteScope = "https://www.googleapis.com/auth/calendar.events";
    static readonly TimeSpan ConsentTime = TimeSpan.FromMinutes(10);

    /// <summary>An access token is renewed this long before its end.</summary>
    static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);

    string RedirectUri => calendar.Public + "/api/v1/calendar/google/callback";

    /// <summary>Whether the person let us change events of theirs: asked for only when they want to export (compute.md 4.7).</summary>
    public static bool MayWrite(GoogleAccount account) => account.Scopes.Split(' ').Contains(WriteScope);

    public async Task<ConsentStart> StartAsync(string userId, string returnTo, bool toWrite, CancellationToken cancellationToken)
    {
        var (state, nonce, verifier) = (Secret(), Secret(), Secret());
        var now = time.GetUtcNow();
        await database.Set<GoogleConsent>().Where(consent => consent.ExpiresAt < now).ExecuteDeleteAsync(cancellationToken);
        var hash = Hash(state);
        database.Add(new GoogleConsent
        {
            StateHash = hash, UserId = userId, NonceHash = Hash(nonce), Verifier = secrets.Seal(VerifierPurpose, Convert.ToHexString(hash), Encoding.ASCII.GetBytes(verifier)), ReturnTo = returnTo,
            ExpiresAt = now + ConsentTime,
        });
        await database.SaveChangesAsync(cancellationToken);
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        var query = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["client_id"] = options.ClientId!, ["redirect_uri"] = RedirectUri, ["response_type"] = "code", ["scope"] = toWrite ? $"{ReadScopes} {WriteScope}" : ReadScopes, ["access_type"] = "offline", ["prompt"] = "consent", ["state"] = state,
            ["code_challenge"] = challenge, ["code_challenge_method"] = "S256", ["include_granted_scopes"] = "true",
        };
        return new ConsentStart($"{options.AuthUrl}?{string.Join('&', query.Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value)}"))}", nonce);
    }

    /// <summary>Where to send the browser; null: state, cookie or code are not what they must be, and nothing was stored.</summary>
    public async Task<string?> FinishAsync(string state, string? nonce, string code, CancellationToken cancellationToken)
    {
        var hash = Hash(state);
        // Read and spent in one statement: of two callbacks with one state only one goes on.
        var consent = (await database.Set<GoogleConsent>().FromSql($"DELETE FROM apps.google_consents WHERE state_hash = {hash} RETURNING *").AsNoTracking().ToListAsync(cancellationToken)).FirstOrDefault();
        if (consent is null || consent.ExpiresAt < time.GetUtcNow() || nonce is null || !CryptographicOperations.FixedTimeEquals(Hash(nonce), consent.NonceHash) || code.Length is 0 or > 2048)
            return null;
        var verifier = Encoding.ASCII.GetString(secrets.Open(VerifierPurpose, Convert.ToHexString(hash), consent.Verifier));
        var tokens = await google.ExchangeAsync(code, verifier, RedirectUri, cancellationToken);
        if (tokens.Failure != GoogleFailure.None || Text(tokens.Body, "access_token") is not { } access || Text(tokens.Body, "refresh_token") is not { } refresh)
            return null;
        var person = await google.UserInfoAsync(access, cancellationToken);
        if (person.Failure != GoogleFailure.None || Text(person.Body, "email") is not { } email)
            return null;
        await StoreAsync(consent.UserId, email, access, refresh, tokens.Body, cancellationToken);
        return consent.ReturnTo;
    }

    public Task<List<GoogleAccount>> OfAsync(string userId, CancellationToken cancellationToken) =>
        database.Set<GoogleAccount>().AsNoTracking().Where(account => account.UserId == userId).OrderBy(account => account.CreatedAt).ToListAsync(cancellationToken);

    /// <summary>A valid access token of the account, renewed when it ends soon or <paramref name="renew"/> says so.</summary>
    public async Task<(string? Token, GoogleFailure Failure)> TokenAsync(Guid accountId, bool renew, CancellationToken cancellationToken)
    {
        if (await database.Set<GoogleAccount>().FirstOrDefaultAsync(one => one.Id == accountId, cancellationToken) is not { } account || account.State != "connected")
            return (null, GoogleFailure.ReauthRequired);
        if (!renew && account.AccessExpiresAt - Margin > time.GetUtcNow())
            return (Open(account, account.AccessToken), GoogleFailure.None);
        var answer = await google.RefreshAsync(Open(account, account.RefreshToken), cancellationToken);
        if (answer.Failure == GoogleFailure.ReauthRequired)
        {
            account.State = "reauth_required";
            await database.SaveChangesAsync(cancellationToken);
        }

        if (answer.Failure != GoogleFailure.None || Text(answer.Body, "access_token") is not { } token)
            return (null, answer.Failure == GoogleFailure.None ? GoogleFailure.Unavailable : answer.Failure);
        account.AccessToken = Seal(account.Id, token);
        account.AccessExpiresAt = ExpiryOf(answer.Body);
        if (Text(answer.Body, "refresh_token") is { } rotated)
            account.RefreshToken = Seal(account.Id, rotated);
        account.UpdatedAt = time.GetUtcNow();
        await database.SaveChangesAsync(cancellationToken);
        return (token, GoogleFailure.None);
    }

    /// <summary>One call in the name of the account; a token that is refused is renewed once.</summary>
    public async Task<GoogleAnswer> CallAsync(Guid accountId, Func<string, Task<GoogleAnswer>> call, CancellationToken cancellationToken)
    {
        for (var renew = false; ; renew = true)
        {
            var (token, failure) = await TokenAsync(accountId, renew, cancellationToken);
            if (token is null)
                return GoogleAnswer.Failed(failure);
            var answer = await call(token);
            if (answer.Failure != GoogleFailure.Unauthorized || renew)
                return answer;
        }
    }

    /// <summary>Forgets all accounts of a person, and tells Google. Their subscriptions end with them.</summary>
    public async Task<int> DisconnectAsync(string userId, CancellationToken cancellationToken)
    {
        var accounts = await OfAsync(userId, cancellationToken);
        var removed = await database.Set<GoogleAccount>().Where(account => account.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        foreach (var account in accounts)
            if (Readable(account) is { } refresh)
                await google.RevokeAsync(refresh, cancellationToken);
        return removed;
    }

    /// <summary>Null: sealed with a key that is gone. Nobody's account stays because of that.</summary>
    string? Readable(GoogleAccount account)
    {
        try
        {
            return Open(account, account.RefreshToken);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    async Task StoreAsync(string userId, string email, string access, string refresh, JsonElement tokens, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var account = await database.Set<GoogleAccount>().FirstOrDefaultAsync(one => one.UserId == userId && one.Email == email, cancellationToken);
        if (account is null)
        {
            var id = ids.NewGuid();
            account = new GoogleAccount { Id = id, UserId = userId, Email = email, RefreshToken = [], AccessToken = [], AccessExpiresAt = now, State = "connected", Scopes = "", CreatedAt = now, UpdatedAt = now };
            database.Add(account);
        }

        (account.AccessToken, account.RefreshToken) = (Seal(account.Id, access), Seal(account.Id, refresh));
        (account.AccessExpiresAt, account.State, account.UpdatedAt) = (ExpiryOf(tokens), "connected", now);
        account.Scopes = Text(tokens, "scope") ?? ReadScopes;
        await database.SaveChangesAsync(cancellationToken);
    }

    DateTimeOffset ExpiryOf(JsonElement tokens) =>
        time.GetUtcNow().AddSeconds(tokens.TryGetProperty("expires_in", out var seconds) && seconds.TryGetInt32(out var value) ? Math.Clamp(value, 0, 86_400) : 0);

    string Open(GoogleAccount account, byte[] box) => Encoding.UTF8.GetString(secrets.Open(TokenPurpose, account.Id.ToString("N"), box));

    byte[] Seal(Guid id, string token) => secrets.Seal(TokenPurpose, id.ToString("N"), Encoding.UTF8.GetBytes(token));

    string Secret()
    {
        var secret = new byte[32];
        ids.Fill(secret);
        return Base64Url.EncodeToString(secret);
    }

    static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    static string? Text(JsonElement body, string name) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
