using Mana.Auth.Contracts;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Payments.Admin;

/// <summary>Behind <see cref="Policies.User"/>: an account that is an administrator now, whatever its token says.</summary>
internal sealed class AdminOnly(IAccountDirectory accounts) : IEndpointFilter
{
    static readonly ApiError Refused = new(403, "Forbidden", "Admin access required") { Code = "forbidden" };

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        context.HttpContext.Features.Get<CurrentUser>() is { } user && await accounts.FindAsync(user.UserId, context.HttpContext.RequestAborted) is { IsAdmin: true }
            ? await next(context)
            : Refused;
}
