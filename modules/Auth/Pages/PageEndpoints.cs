using Mana.Auth.ApiKeys;
using Mana.Auth.Cookies;
using Mana.Auth.Keys;
using Mana.Auth.Pages.Account;
using Mana.Auth.Privacy;
using Mana.Auth.StepUp;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Mana.Auth.Pages;

/// <summary>The pages that people see (auth.md 5, 6, 10, 15, 19): services and routes. A form is sent to the address of the page that shows it, or to one below it.</summary>
internal static class PageEndpoints
{
    public const int LargestForm = 16 * 1024;

    public static void AddPages(this IServiceCollection services)
    {
        services.AddScoped<SecurityPage.Cards>();
        services.AddAntiforgery();
        services.AddOptions<AntiforgeryOptions>().Configure<AuthOptions>((antiforgery, auth) =>
        {
            var secure = auth.BaseUrl.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
            antiforgery.FormFieldName = "__form";
            antiforgery.Cookie.Name = secure ? "__Host-mana.form" : "mana.form";
            antiforgery.Cookie.Path = "/";
            antiforgery.Cookie.SecurePolicy = secure ? CookieSecurePolicy.Always : CookieSecurePolicy.None;
            // Strict would forget the open forms of other tabs whenever a link in a mail is followed.
            antiforgery.Cookie.SameSite = SameSiteMode.Lax;
            // The policy of the page says frame-ancestors 'none'.
            antiforgery.SuppressXFrameOptionsHeader = true;
        });
        services.Replace(ServiceDescriptor.Singleton<IDataProtectionProvider>(provider => new SecretProtection(provider.GetRequiredService<SecretBox>())));
        // It would make a ring of keys in a folder at every start, and nothing here uses one.
        if (services.FirstOrDefault(service => service.ServiceType == typeof(IHostedService) && service.ImplementationType?.Name == "DataProtectionHostedService") is { } ring)
            services.Remove(ring);
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(PageAssets.Route, PageAssets.Get).ExcludeFromDescription();

        var pages = app.MapGroup("").WithMetadata(new PageErrors(), new RequestSizeLimitAttribute(LargestForm)).AddEndpointFilter<RouteGroupBuilder, FormGuard>().ExcludeFromDescription();
        pages.MapGet(SignInPages.Path, SignInPages.ShowAsync);
        pages.MapPost(SignInPages.Path, SignInPages.SignInAsync).RequireRateLimiting(AuthModule.LoginLimit);
        pages.MapGet(SecondFactorPages.Path, SecondFactorPages.ShowAsync);
        pages.MapPost(SecondFactorPages.Path, SecondFactorPages.VerifyAsync).RequireRateLimiting(AuthModule.LoginLimit);
        pages.MapGet(MailLinkPages.Path, MailLinkPages.Show);
        pages.MapPost(MailLinkPages.Path, MailLinkPages.SendAsync).RequireRateLimiting(AuthModule.MailLimit);
        pages.MapGet(RegisterPages.Path, RegisterPages.ShowAsync);
        pages.MapPost(RegisterPages.Path, RegisterPages.RegisterAsync).RequireRateLimiting(AuthModule.RegisterLimit);
        pages.MapGet(VerifyPages.Path, VerifyPages.Show);
        pages.MapPost(VerifyPages.Path, VerifyPages.VerifyAsync).RequireRateLimiting(AuthModule.MailLimit);
        pages.MapGet(RecoveryPages.ForgotPath, RecoveryPages.ShowForgot);
        pages.MapPost(RecoveryPages.ForgotPath, RecoveryPages.ForgotAsync).RequireRateLimiting(AuthModule.MailLimit);
        pages.MapGet(RecoveryPages.ResetPath, RecoveryPages.ShowResetAsync);
        pages.MapPost(RecoveryPages.ResetPath, RecoveryPages.ResetAsync).RequireRateLimiting(AuthModule.ResetLimit);

        var account = pages.MapGroup(AccountPages.Path).RequireSessionCookie();
        account.MapGet("", ProfilePage.ShowAsync);
        account.MapPost("", ProfilePage.SaveAsync);
        account.MapPost("/email", ProfilePage.ChangeEmailAsync).RequireRateLimiting(AuthModule.PasswordLimit);
        account.MapGet("/security", SecurityPage.ShowAsync);
        account.MapPost("/password", SecurityPage.ChangePasswordAsync).RequireRateLimiting(AuthModule.PasswordLimit);
        account.MapPost("/second-factor", SecondFactorPage.ChangeAsync).RequireRateLimiting(AuthModule.PasswordLimit);
        account.MapPost("/second-factor/confirm", SecondFactorPage.ConfirmAsync).RequireRateLimiting(AuthModule.LoginLimit);
        account.MapPost("/passkeys", PasskeysCard.ChangeAsync);
        account.MapGet("/sessions", SessionsPage.ShowAsync);
        account.MapPost("/sessions", SessionsPage.RevokeAsync);
        account.MapGet("/keys", KeysPage.ShowAsync);
        account.MapPost("/keys", KeysPage.ChangeAsync).RequireRateLimiting(ApiKeyEndpoints.CreateLimit);
        account.MapGet("/confirm", ConfirmPage.ShowAsync);
        account.MapGet("/log", LogPage.ShowAsync);
        account.MapPost("/log", LogPage.DisownAsync).RequireRateLimiting(AuthModule.PasswordLimit);
        account.MapGet("/privacy", PrivacyPage.ShowAsync);
        account.MapGet("/export", DataHandlers.FileAsync).RequireStepUp().RequireRateLimiting(PrivacyEndpoints.ExportLimit);
        account.MapPost("/delete", PrivacyPage.DeleteAsync).RequireRateLimiting(AuthModule.PasswordLimit);
        account.MapGet("/apps", AppsPage.ShowAsync);
        account.MapPost("/apps", AppsPage.WithdrawAsync);
        account.MapPost("/logout", SignInPages.SignOutAsync);
        account.MapPost("/confirm", ConfirmPage.ConfirmAsync).RequireRateLimiting(AuthModule.PasswordLimit);

        // Where only forms go; whoever comes back there after a sign-in starts at the page of the form.
        Alias(app, ProfilePage.EmailPath, AccountPages.Path);
        foreach (var form in (string[])[SecurityPage.PasswordPath, SecondFactorPage.Path, SecondFactorPage.ConfirmPath, PasskeysCard.Path])
            Alias(app, form, SecurityPage.Path);
        Alias(app, PrivacyPage.DeletePath, PrivacyPage.Path);
        Alias(app, SignInPages.SignOutPath, AccountPages.Path);
        // The apps' names for these pages: mails lead there while this server is the only app (TrustedPages).
        Alias(app, "/forgot-password", RecoveryPages.ForgotPath);
        Alias(app, "/reset-password", RecoveryPages.ResetPath);
        Alias(app, "/settings/security", SecurityPage.Path);
    }

    static void Alias(IEndpointRouteBuilder app, string path, string page) =>
        app.MapGet(path, (HttpContext context) => Results.LocalRedirect(page + context.Request.QueryString)).ExcludeFromDescription();
}
