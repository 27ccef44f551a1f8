using Mana.Auth.Admin.Pages;
using Mana.Auth.Privacy;
using Mana.Auth.Privacy.Erasures;
using Mana.Kernel.Admin;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Admin;

/// <summary>Administration (auth.md 17): services and routes.</summary>
internal static class AdminEndpoints
{
    const int LargestBody = 16 * 1024;

    public static void AddAdministration(this IServiceCollection services) =>
        services.AddScoped<AdminGuard>().AddScoped<UserSearch>().AddScoped<UserAdministration>().AddScoped<AccountBlocking>().AddScoped<SecondFactorRemoval>().AddSingleton<AdminStatistics>();

    public static void AddAdminPages(this IServiceCollection services)
    {
        services.AddOutcomeLimits();
        services.AddScoped<IAdminDesk, AdminDesk>().AddScoped<UserFiles>().AddScoped<SpaceSearch>().AddScoped<AuditTrail>().AddAdminGlances<AccountGlances>();
        services.AddAdminSection(UsersPage.Path, "Personen", "People", 10).AddAdminSection(SpacesPage.Path, "Spaces", "Spaces", 20)
            .AddAdminSection(ClientsPage.Path, "OIDC-Clients", "OIDC clients", 50).AddAdminSection(AuditPage.Path, "Protokoll", "Audit log", 100);
    }

    /// <summary>The module's pages below <c>/admin</c>.</summary>
    public static void MapPages(IEndpointRouteBuilder app)
    {
        app.MapGet(UsersPage.Path, UsersPage.ShowAsync).AsAdminPage("users");
        app.MapGet(UserPage.Route, UserPage.ShowAsync).AsAdminPage("user.read");
        app.MapPost(UserPage.Route, UserPage.ChangeAsync).AsAdminAction("user.change");
        app.MapGet(SpacesPage.Path, SpacesPage.ShowAsync).AsAdminPage("spaces");
        app.MapGet(SpacePage.Route, SpacePage.ShowAsync).AsAdminPage("space");
        app.MapPost(SpacePage.Route, SpacePage.ChangeAsync).AsAdminAction("space.tier");
        app.MapGet(ClientsPage.Path, ClientsPage.ShowAsync).AsAdminPage("oauth.clients");
        app.MapGet(AuditPage.Path, AuditPage.ShowAsync).AsAdminPage("audit");
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        var admin = app.MapGroup("/api/v1/admin").WithTags("admin").RequireAuthorization(Policies.User)
            .WithMetadata(new ErrorStyle(), new RequestSizeLimitAttribute(LargestBody)).WithoutStorage();
        admin.MapGet("/stats", AdminHandlers.StatsAsync).AsAdmin("stats")
            .WithSummary("Accounts, sessions and sign-ins in numbers").Produces<AdminStatsResponse>().Produces(401).Produces(403);
        admin.MapGet("/users", AdminHandlers.UsersAsync).AsAdmin("users")
            .WithSummary("Accounts, newest first").WithDescription("With tier alone: the older form, {users, count}.").Produces<AdminUserPage>().Produces(400).Produces(401).Produces(403);
        admin.MapGet("/users/{id}/tier", AdminHandlers.TierAsync).AsAdmin("user.tier.read")
            .WithSummary("The tier of an account").Produces<TierView>().Produces(401).Produces(403).Produces(404);
        admin.MapPut("/users/{id}/tier", AdminHandlers.SetTierAsync).AsAdmin("user.tier", isChange: true)
            .WithSummary("Change the tier of an account and of its personal space").Accepts<TierRequest>("application/json")
            .Produces<TierResponse>().Produces(400).Produces(401).Produces(403).Produces(404);
        admin.MapPut("/users/{id}/role", AdminHandlers.SetRoleAsync).AsAdmin("user.role", isChange: true, stepUp: true)
            .WithSummary("Change the role of an account").Accepts<RoleRequest>("application/json")
            .Produces<RoleResponse>().Produces(400).Produces(401).Produces(403).Produces(404).Produces(409);
        admin.MapPost("/users/{id}/unlock", AdminHandlers.UnlockAsync).AsAdmin("user.unlock", isChange: true)
            .WithSummary("Open a locked account").Produces(200).Produces(401).Produces(403).Produces(404);
        admin.MapPost("/users/{id}/revoke-sessions", AdminHandlers.RevokeSessionsAsync).AsAdmin("user.revoke-sessions", isChange: true, stepUp: true)
            .WithSummary("Sign a person out everywhere").Produces(200).Produces(401).Produces(403).Produces(404);
        admin.MapPost("/users/{id}/block", AdminHandlers.BlockAsync).AsAdmin("user.block", isChange: true, stepUp: true)
            .WithSummary("Shut an account: nobody is signed in to it any more, and nobody gets in").Produces(200).Produces(401).Produces(403).Produces(404).Produces(409);
        admin.MapPost("/users/{id}/unblock", AdminHandlers.UnblockAsync).AsAdmin("user.unblock", isChange: true, stepUp: true)
            .WithSummary("Open an account that was shut").Produces(200).Produces(401).Produces(403).Produces(404);
        admin.MapDelete("/users/{id}/second-factor", AdminHandlers.RemoveSecondFactorAsync).AsAdmin("user.remove-second-factor", isChange: true, stepUp: true)
            .WithSummary("Remove the authenticator and backup codes of a person who has lost them").Produces(200).Produces(401).Produces(403).Produces(404).Produces(409);
        admin.MapGet("/users/{id}/data", AdminDataHandlers.OverviewAsync).AsAdmin("user.data")
            .WithSummary("What is stored about a person, in numbers").Produces<DataSummary>().Produces(401).Produces(403).Produces(404);
        admin.MapDelete("/users/{id}/data", AdminDataHandlers.EraseAsync).AsAdmin("user.erase", isChange: true, stepUp: true)
            .WithSummary("Erase a person's account and everything that belongs to it")
            .Produces<ErasureReport>().Produces<ErasureReport>(202).Produces(400).Produces(401).Produces(403).Produces(404).Produces(409);
        admin.MapPut("/spaces/{id}/tier", AdminHandlers.SetSpaceTierAsync).AsAdmin("space.tier", isChange: true)
            .WithSummary("Change the tier of a space").Accepts<TierRequest>("application/json")
            .Produces(200).Produces(400).Produces(401).Produces(403).Produces(404);
    }
}
