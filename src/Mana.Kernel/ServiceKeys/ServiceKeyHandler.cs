using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Mana.Kernel.Errors;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mana.Kernel.ServiceKeys;

/// <summary>Scheme <c>ManaServiceKey</c>: header <c>X-Service-Key</c> against one or two keys, in constant time.</summary>
internal sealed class ServiceKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, ServiceKeyOptions keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "ManaServiceKey";
    const string Header = "X-Service-Key";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!Request.Headers.TryGetValue(Header, out var sent) || sent.Count != 1)
            return Task.FromResult(AuthenticateResult.NoResult());

        // Both comparisons always run, over digests of one length, so that timing tells neither key nor length.
        var digest = Digest(sent[0]!);
        var current = Matches(digest, keys.Current);
        var previous = Matches(digest, keys.Previous);
        if (!(current | previous))
            return Task.FromResult(AuthenticateResult.Fail("unknown service key"));

        var identity = new ClaimsIdentity([new Claim("service", current ? "current" : "previous")], SchemeName);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => ErrorEnvelope.WriteAsync(
        Context,
        string.IsNullOrEmpty(keys.Current) && string.IsNullOrEmpty(keys.Previous)
            ? new ApiError(503, "service_key_not_configured", "The internal surface is off: MANA_SERVICE_KEY is not set.")
            : new ApiError(401, "unauthorized", "Invalid or missing service key"));

    static bool Matches(byte[] digest, string? key) =>
        CryptographicOperations.FixedTimeEquals(digest, Digest(key ?? "")) & !string.IsNullOrEmpty(key);

    static byte[] Digest(string value) => SHA256.HashData(Encoding.UTF8.GetBytes(value));
}
