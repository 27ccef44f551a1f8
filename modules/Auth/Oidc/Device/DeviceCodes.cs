using Mana.Auth.Accounts;
using Mana.Auth.Data;
using Mana.Auth.Oidc.Protocol;
using Mana.Auth.SecurityEvents;
using Mana.Auth.Sessions;
using Mana.Kernel.Ids;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Oidc.Device;

/// <summary>A device that waits, as the person with its code sees it.</summary>
internal sealed record WaitingDevice(string UserCode, string ClientName, IReadOnlyList<string> Scopes);

/// <summary>Devices without a browser (RFC 8628): they show a short code, and somebody who is signed in elsewhere types it.</summary>
internal sealed class DeviceCodes(AuthDbContext database, VerificationRule rule, SecurityLog events, IIdSource ids, TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);
    public const int PollSeconds = 5;

    /// <summary>RFC 8628 6.1: no vowels, so no words; 20^8 are 34 bits, good for ten minutes and five guesses a minute.</summary>
    const string Alphabet = "BCDFGHJKLMNPQRSTVWXZ";
    const int CodeLength = 8;

    public async Task<(string DeviceCode, string UserCode)> StartAsync(OAuthClient client, IReadOnlyList<string> scopes, CancellationToken cancellationToken)
    {
        var (device, user, now) = (OpaqueSecret.New(ids), NewUserCode(), time.GetUtcNow());
        database.Add(new OAuthDeviceCode
        {
            DeviceCodeHash = OpaqueSecret.Hash(device)!,
            UserCode = user,
            ClientId = client.ClientId,
            Scopes = [.. scopes],
            PollInterval = PollSeconds,
            CreatedAt = now,
            ExpiresAt = now + Lifetime,
        });
        await database.SaveChangesAsync(cancellationToken);
        return (device, Shown(user));
    }

    /// <summary>Null: nobody waits with this code.</summary>
    public async Task<WaitingDevice?> FindAsync(string? typed, CancellationToken cancellationToken)
    {
        if (Normal(typed) is not { } code)
            return null;
        return await Waiting(code).Join(database.Set<OAuthClient>().Where(client => !client.Disabled), device => device.ClientId, client => client.ClientId, (device, client) => new { device, client })
            .AsNoTracking().SingleOrDefaultAsync(cancellationToken) is { } row ? new WaitingDevice(Shown(row.device.UserCode), row.client.Name, row.device.Scopes) : null;
    }

    /// <summary>False when nobody waits with this code any more, or the account may not.</summary>
    public async Task<bool> AnswerAsync(string? typed, LiveSession live, bool accepted, ClientInfo from, CancellationToken cancellationToken)
    {
        if (Normal(typed) is not { } code || (rule.Required && !live.User.EmailConfirmed))
            return false;
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var rows = await database.Set<OAuthDeviceCode>().FromSql($"SELECT * FROM auth.oauth_device_codes WHERE user_code = {code} FOR UPDATE").ToListAsync(cancellationToken);
        var now = time.GetUtcNow();
        if (rows is not [{ GrantId: null, DeniedAt: null } row] || row.ExpiresAt <= now)
            return false;
        if (accepted)
        {
            var grant = new OAuthGrant
            {
                Id = ids.NewId(),
                ClientId = row.ClientId,
                UserId = live.User.Id,
                SessionId = live.Session.Id,
                Scopes = row.Scopes,
                AuthTime = live.Session.AuthTime,
                Amr = live.Session.Amr,
                CreatedAt = now,
            };
            database.Add(grant);
            row.GrantId = grant.Id;
        }
        else
        {
            row.DeniedAt = now;
        }

        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (accepted)
            events.Record(SecurityEventTypes.OidcAuthorized, live.User.Id, from, ("clientId", row.ClientId), ("scopes", row.Scopes), ("sessionId", live.Session.Id), ("device", true));
        return true;
    }

    IQueryable<OAuthDeviceCode> Waiting(string code)
    {
        var now = time.GetUtcNow();
        return database.Set<OAuthDeviceCode>().Where(device => device.UserCode == code && device.ExpiresAt > now && device.GrantId == null && device.DeniedAt == null);
    }

    static string Shown(string code) => $"{code[..4]}-{code[4..]}";

    /// <summary>As people type it: in any case, with or without the dash.</summary>
    static string? Normal(string? typed)
    {
        var code = string.Concat((typed ?? "").ToUpperInvariant().Where(char.IsAsciiLetterUpper));
        return code.Length == CodeLength && typed!.Length <= 2 * CodeLength ? code : null;
    }

    string NewUserCode()
    {
        var letters = new char[CodeLength];
        Span<byte> random = stackalloc byte[4 * CodeLength];
        for (var made = 0; made < CodeLength;)
        {
            ids.Fill(random);
            foreach (var one in random)
                // 240 is the last multiple of 20 in a byte.
                if (one < 12 * Alphabet.Length && made < CodeLength)
                    letters[made++] = Alphabet[one % Alphabet.Length];
        }

        return new string(letters);
    }
}
