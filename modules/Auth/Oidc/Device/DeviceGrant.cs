using Mana.Auth.Data;
using Mana.Auth.Oidc.Clients;
using Mana.Auth.Oidc.Grants;
using Mana.Auth.Oidc.Protocol;
using Mana.Auth.Oidc.Token;
using Mana.Auth.SecurityEvents;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Oidc.Device;

/// <summary>A device asks whether somebody has typed its code (RFC 8628 3.4, 3.5).</summary>
internal sealed class DeviceGrant(AuthDbContext database, TokenIssue issue, GrantStanding grants, SecurityLog events, TimeProvider time) : ITokenGrant
{
    public string Type => GrantTypes.DeviceCode;

    public async Task<TokenAnswer> GrantAsync(TokenRequest request, CancellationToken cancellationToken)
    {
        if (request["device_code"] is not { } text)
            return new TokenAnswer.Refused(OAuthError.InvalidRequest("device_code is missing"));
        var (hash, key) = (OpaqueSecret.Hash(text) ?? [], await issue.SigningKeyAsync(request.Client, cancellationToken));
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var rows = await database.Set<OAuthDeviceCode>().FromSql($"SELECT * FROM auth.oauth_device_codes WHERE device_code_hash = {hash} FOR UPDATE").ToListAsync(cancellationToken);
        if (rows is not [var row] || row.ClientId != request.Client.ClientId || row.UsedAt is not null)
            return TokenAnswer.InvalidGrant("The device code is unknown or was used before");
        var answer = await AnswerAsync(key, request, row, time.GetUtcNow(), cancellationToken);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (answer is TokenAnswer.Issued && await grants.OfAsync(row.GrantId!, cancellationToken) is { Grant: var grant })
            events.Record(SecurityEventTypes.OidcTokenIssued, grant.UserId, request.From, ("clientId", grant.ClientId), ("scopes", grant.Scopes), ("sessionId", grant.SessionId), ("device", true));
        return answer;
    }

    async Task<TokenAnswer> AnswerAsync(Keys.LoadedKey key, TokenRequest request, OAuthDeviceCode row, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (row.ExpiresAt <= now)
            return Refused("expired_token", "The device code has expired");
        if (row.DeniedAt is not null)
            return Refused("access_denied", "The person declined");
        var tooSoon = row.LastPolledAt is { } last && now < last.AddSeconds(row.PollInterval);
        row.LastPolledAt = now;
        if (tooSoon)
        {
            row.PollInterval += DeviceCodes.PollSeconds;
            return Refused("slow_down", "Wait longer between two questions");
        }

        if (row.GrantId is null)
            return Refused("authorization_pending", "Nobody has typed the code yet");
        row.UsedAt = now;
        return await grants.OfAsync(row.GrantId, cancellationToken) is { } standing
            ? new TokenAnswer.Issued(await issue.ForGrantAsync(key, request, standing, row.Scopes, null, cancellationToken))
            : TokenAnswer.InvalidGrant("What the code stood for was taken back");
    }

    static TokenAnswer.Refused Refused(string error, string description) => new(new OAuthError(error, description));
}
