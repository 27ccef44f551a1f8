using Mana.Auth.Contracts;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Credits.Admin;

/// <summary>Behind <see cref="Policies.User"/>: an account that is an administrator now, whatever its token says.</summary>
internal sealed class AdminOnly(IAccountDirectory accounts) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        context.HttpContext.Features.Get<CurrentUser>() is { } user && await accounts.FindAsync(user.UserId, context.HttpContext.RequestAborted) is { IsAdmin: true }
            ? await next(context)
            : CreditsRefusals.AdminOnly;
}
