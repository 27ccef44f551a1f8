using Mana.Kernel.Network;
using Microsoft.AspNetCore.Cors.Infrastructure;

namespace Mana.Host.Http;

/// <summary>
/// Which origins may read which answers (auth.md 3.1, sync.md 12): whatever cookies can open, only those that the list names letter for letter;
/// everything else, where a page needs a token of its own, also those that a wildcard covers; the internal surface, none.
/// </summary>
internal sealed class CorsByPath(TrustedOrigins origins) : ICorsPolicyProvider
{
    static readonly PathString[] Internal = ["/api/v1/internal", "/metrics"];
    static readonly PathString[] Cookies = ["/api/auth", "/api/v1/auth", "/api/v1/me"];

    readonly CorsPolicy _exact = Policy(origins.IsTrusted);
    readonly CorsPolicy _wide = Policy(origins.IsAllowed);

    public Task<CorsPolicy?> GetPolicyAsync(HttpContext context, string? policyName)
    {
        var path = context.Request.Path;
        if (Array.Exists(Internal, start => path.StartsWithSegments(start, StringComparison.OrdinalIgnoreCase)))
            return Task.FromResult<CorsPolicy?>(null);
        return Task.FromResult<CorsPolicy?>(Array.Exists(Cookies, start => path.StartsWithSegments(start, StringComparison.OrdinalIgnoreCase)) ? _exact : _wide);
    }

    static CorsPolicy Policy(Func<string, bool> allowed) => new CorsPolicyBuilder()
        .SetIsOriginAllowed(allowed)
        .AllowCredentials()
        .WithMethods("GET", "HEAD", "PUT", "POST", "DELETE", "PATCH")
        .WithHeaders("Authorization", "Content-Type", "X-Client-Id", "X-App-Id", "X-Mana-Space", "X-Request-Id", "X-Requested-With", "Last-Event-ID", "Idempotency-Key", "If-Match", "If-None-Match", "Accept-Version", "DPoP")
        .WithExposedHeaders("Retry-After", "X-Request-Id", "ETag", "set-auth-jwt", "Set-Cookie", "WWW-Authenticate", "Date")
        .SetPreflightMaxAge(TimeSpan.FromMinutes(10))
        .Build();
}
