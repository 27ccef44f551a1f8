using System.Net;
using System.Security.Cryptography;
using System.Text;
using Mana.Auth.Data;
using Mana.Auth.Oidc.Protocol;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Oidc.Clients;

internal abstract record ClientVerdict
{
    public sealed record Known(OAuthClient Client) : ClientVerdict;

    public sealed record Refused(OAuthError Error) : ClientVerdict;
}

/// <summary>Who calls the token endpoint and its neighbours (RFC 6749 2.3; OpenID Connect Core 9; RFC 7523).</summary>
internal sealed class ClientAuthentication(ClientDirectory clients, ClientAssertions assertions, ClientFailures failures)
{
    /// <summary>Realm of RFC 7617.</summary>
    const string Challenge = "Basic realm=\"mana\", charset=\"UTF-8\"";

    static readonly byte[] NoSecret = new byte[SHA256.HashSizeInBytes];

    public async Task<ClientVerdict> AuthenticateAsync(HttpContext context, OAuthParameters form, CancellationToken cancellationToken)
    {
        // 1. One method (RFC 6749 2.3).
        var header = context.Request.Headers.Authorization.ToString();
        var byHeader = header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase);
        var (byForm, byAssertion) = (form["client_secret"] is not null, form["client_assertion"] is not null || form["client_assertion_type"] is not null);
        if ((byHeader ? 1 : 0) + (byForm ? 1 : 0) + (byAssertion ? 1 : 0) > 1)
            return new ClientVerdict.Refused(OAuthError.InvalidRequest("Use one method of client authentication"));
        if (header.Length > 0 && !byHeader)
            return new ClientVerdict.Refused(Unknown(true));

        // 2. What it claims.
        var presented = byHeader ? ReadBasic(header["Basic ".Length..]) : byAssertion ? ClientAssertions.ClaimedBy(form) : new Presented(form["client_id"] ?? "", form["client_secret"]);
        // What no client can be called is not remembered as one that failed, either.
        if (presented is null || presented.ClientId.Length is 0 or > ClientDirectory.LongestId)
            return new ClientVerdict.Refused(Unknown(byHeader));
        if (form["client_id"] is { } also && also != presented.ClientId)
            return new ClientVerdict.Refused(OAuthError.InvalidRequest("client_id is not the client that authenticates"));
        if (failures.Wait(context, presented.ClientId) is { } seconds)
            return new ClientVerdict.Refused(new OAuthError("slow_down", "Too many failed attempts; try again later", StatusCodes.Status429TooManyRequests) { RetryAfterSeconds = seconds });

        // 3. Whether it is true, by the method that this client registered.
        var client = await clients.FindAsync(presented.ClientId, cancellationToken);
        var proven = client is null ? false : client.TokenEndpointAuthMethod switch
        {
            ClientAuthMethods.None => !byHeader && !byForm && !byAssertion,
            ClientAuthMethods.PrivateKeyJwt => byAssertion && await assertions.IsGoodAsync(client, form, cancellationToken),
            _ => presented.Secret is not null && await HasSecretAsync(client.ClientId, presented.Secret, cancellationToken),
        };
        if (proven)
            return new ClientVerdict.Known(client!);
        failures.Count(context, presented.ClientId);
        return new ClientVerdict.Refused(Unknown(byHeader));
    }

    /// <summary>401 for all: RFC 6749 5.2 asks for the header only when the client used it, but a 401 without one would break HTTP.</summary>
    static OAuthError Unknown(bool byHeader) => new("invalid_client", byHeader ? "The client is unknown or its credentials are wrong" : "Client authentication failed", StatusCodes.Status401Unauthorized) { Challenge = Challenge };

    async Task<bool> HasSecretAsync(string clientId, string secret, CancellationToken cancellationToken)
    {
        var hash = OpaqueSecret.Hash(secret) ?? NoSecret;
        var found = false;
        foreach (var known in await clients.SecretsOfAsync(clientId, cancellationToken))
            found |= CryptographicOperations.FixedTimeEquals(known, hash);
        return found;
    }

    /// <summary>Both halves are form-encoded inside (RFC 6749 2.3.1). Our own ids and secrets look the same either way.</summary>
    static Presented? ReadBasic(string credentials)
    {
        var bytes = new byte[credentials.Length];
        if (!Convert.TryFromBase64String(credentials.Trim(), bytes, out var length))
            return null;
        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 || text.Contains('\0', StringComparison.Ordinal) ? null : Decoded(text[..colon], text[(colon + 1)..]);
    }

    static Presented? Decoded(string id, string secret) =>
        WebUtility.UrlDecode(id) is { } name && !name.Contains('\0', StringComparison.Ordinal) ? new Presented(name, WebUtility.UrlDecode(secret)) : null;
}

/// <summary>What a request says of its client, before anybody has checked it.</summary>
internal sealed record Presented(string ClientId, string? Secret);
