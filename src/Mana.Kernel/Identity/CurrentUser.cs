using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace Mana.Kernel.Identity;

/// <summary>
/// Who makes this request, as the verified access token says (auth.md 7.1). Handlers take it as a parameter;
/// it is there on every endpoint that requires <see cref="Policies.User"/>.
/// </summary>
/// <param name="UserId">Claim <c>sub</c>: opaque text, never parsed.</param>
/// <param name="SessionId">Claim <c>sid</c>.</param>
/// <param name="Role"><c>user</c>, <c>admin</c> or <c>service</c>.</param>
/// <param name="Tier"><c>guest</c> … <c>founder</c>.</param>
/// <param name="ExpiresAt">End of the access token; streams must not outlive it.</param>
public sealed record CurrentUser(string UserId, string? SessionId, string? Email, string Role, string Tier, DateTimeOffset ExpiresAt)
{
    public static ValueTask<CurrentUser?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult(context.Features.Get<CurrentUser>());
}

/// <summary>Names of authorization policies.</summary>
public static class Policies
{
    /// <summary>A valid access token of a person.</summary>
    public const string User = "mana-user";

    /// <summary>The session cookie of a browser, and nothing else.</summary>
    public const string Cookie = "mana-cookie";

    /// <summary>A valid <c>X-Service-Key</c>.</summary>
    public const string Service = "mana-service";
}
