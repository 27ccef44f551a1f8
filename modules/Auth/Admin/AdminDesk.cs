using Mana.Auth.Cookies;
using Mana.Auth.Pages;
using Mana.Auth.Pages.Account;
using Mana.Kernel.Admin;
using Mana.Kernel.Errors;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Admin;

/// <summary>Guards <c>/admin</c> by the rules of the API; every change there asks for a proof of the last minutes, because a browser is left open more easily.</summary>
internal sealed class AdminDesk(AdminGuard guard, IAntiforgery antiforgery, OriginCheck origins) : IAdminDesk
{
    public Task<ApiError?> RefuseAsync(HttpContext context, bool isChange, CancellationToken cancellationToken) => guard.RefuseAsync(context, isChange, cancellationToken);

    public Task<bool> IsOwnFormAsync(HttpContext context) => FormGuard.IsOursAsync(context, antiforgery, origins);

    public void Tell(HttpContext context, AdminDeed deed) => guard.Tell(context, deed);

    public string SignInPath(string backTo) => SignInPages.PathFor(backTo);

    public string ConfirmPath(string backTo) => ConfirmPage.PathFor(backTo);
}
