using System.Reflection;
using Mana.Auth.Passwords;
using Mana.Auth.SecurityEvents;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Spaces;

/// <summary>Who wants something of a space, and from where. Handlers take it as a parameter.</summary>
/// <param name="SessionId">Whose active space is meant when none is named.</param>
/// <param name="Locale"><c>de</c> or <c>en</c>, for mails.</param>
internal sealed record SpaceCaller(string UserId, string? SessionId, ClientInfo Client, string Locale)
{
    public static ValueTask<SpaceCaller?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var visitor = Visitor.Of(context);
        return ValueTask.FromResult(
            context.Features.Get<CurrentUser>() is { } user ? new SpaceCaller(user.UserId, user.SessionId, visitor.Client, visitor.Locale) : null);
    }
}
