using Mana.Auth.Accounts;
using Mana.Auth.Admin;
using Mana.Auth.ApiKeys;
using Mana.Auth.Contracts;
using Mana.Auth.Cookies;
using Mana.Auth.Data;
using Mana.Auth.EmailChange;
using Mana.Auth.Figures;
using Mana.Auth.Gilden;
using Mana.Auth.Import;
using Mana.Auth.Keys;
using Mana.Auth.MagicLink;
using Mana.Auth.Mails;
using Mana.Auth.MissionGrants;
using Mana.Auth.Oidc;
using Mana.Auth.Organizations;
using Mana.Auth.Origins;
using Mana.Auth.Pages;
using Mana.Auth.Passkeys;
using Mana.Auth.Passwords;
using Mana.Auth.Personas;
using Mana.Auth.Privacy;
using Mana.Auth.Profile;
using Mana.Auth.Recovery;
using Mana.Auth.SecurityEvents;
using Mana.Auth.Sessions;
using Mana.Auth.SignUp;
using Mana.Auth.Spaces;
using Mana.Auth.StepUp;
using Mana.Auth.Tokens;
using Mana.Auth.TwoFactor;
using Mana.Auth.Vault;
using Mana.Auth.Verification;
using Mana.Kernel.Configuration;
using Mana.Kernel.Database;
using Mana.Kernel.Figures;
using Mana.Kernel.Identity;
using Mana.Kernel.Jobs;
using Mana.Kernel.Outbox;
using Mana.Kernel.RateLimits;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mana.Auth;

/// <summary>The module's table of contents.</summary>
public static class AuthModule
{
    internal const string LoginLimit = "login";
    internal const string RegisterLimit = "register";
    internal const string RefreshLimit = "refresh";
    internal const string SessionLimit = "session";
    internal const string MailLimit = "mail";
    internal const string ResetLimit = "reset";
    internal const string PasswordLimit = "password";
    internal const string OtherLimit = "auth-other";

    public static IServiceCollection AddAuth(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddManaOptions<AuthOptions>(configuration, "Auth");
        services.AddManaDbContext<AuthDbContext>(AuthDbContext.Schema, options => new AuthDbContext(options));
        services.AddManaOutbox(AuthDbContext.Schema);
        services.AddSingleton<AuthMetrics>().AddSingleton<TrustedOrigins>();
        services.AddKeys();
        services.AddAccounts();
        services.AddMails();
        services.AddSecurityEvents();
        services.AddSessions(configuration);
        services.AddTwoFactor();
        services.AddPasskeys(configuration);
        services.AddMagicLinks(configuration);
        services.AddVault(configuration);
        services.AddMissionGrants(configuration);
        services.AddApiKeys();
        services.AddAdministration();
        services.AddAdminPages();
        services.AddPages();
        services.AddPrivacy(configuration);
        services.AddSpaces(configuration);
        services.AddPersonas();
        services.AddImport();
        services.AddOidc(configuration);
        services.AddManaRateLimit(new(LoginLimit, RateLimitKey.Address, 10, 10));
        services.AddManaRateLimit(new(RegisterLimit, RateLimitKey.Address, 5, 5));
        services.AddManaRateLimit(new(RefreshLimit, RateLimitKey.Address, 60, 60));
        services.AddManaRateLimit(new(SessionLimit, RateLimitKey.Address, 300, 300));
        services.AddManaRateLimit(new(MailLimit, RateLimitKey.Address, 3, 3));
        services.AddManaRateLimit(new(ResetLimit, RateLimitKey.Address, 5, 5));
        services.AddManaRateLimit(new(PasswordLimit, RateLimitKey.User, 5, 5));
        services.AddManaRateLimit(new(OtherLimit, RateLimitKey.User, 300, 300));
        return services;
    }

    public static void MapAuth(this IEndpointRouteBuilder host)
    {
        var app = host.MapGroup("").WithOtherLimit();
        AuthEndpoints.Map(app);
        VaultEndpoints.Map(app);
        MissionGrantEndpoints.Map(app);
        ApiKeyEndpoints.Map(app);
        MembershipEndpoints.Map(app);
        OrganizationEndpoints.Map(app);
        GildenEndpoints.Map(app);
        AdminEndpoints.Map(app);
        AdminEndpoints.MapPages(app);
        PageEndpoints.Map(app);
        PrivacyEndpoints.Map(app);
        PersonaEndpoints.Map(app);
        OidcEndpoints.Map(app);
    }

    static void AddSessions(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddManaOptions<CookieSettings>(configuration, "Auth:Cookies");
        services.AddSingleton<SignedValue>().AddSingleton<OriginCheck>().AddSingleton<SessionCookies>().AddSessionPolicies();
        services.AddScoped<SessionStart>().AddScoped<SessionRevocation>().AddScoped<RefreshRotation>().AddScoped<CookieExchange>();
        services.AddScoped<LiveSessions>().AddScoped<SessionList>().AddScoped<SignOut>().AddSingleton<SignedIn>();
        services.AddSingleton<RefreshTokens>().AddSingleton<ExpiredSessions>().AddSingleton<SessionStanding>().AddSingleton<ISessionStanding>(provider => provider.GetRequiredService<SessionStanding>()).AddSingleton<RefreshBudget>().AddSingleton<ProofBudget>();
        services.AddManaEventHandler<SessionRevoked, SessionStandingEvents>("auth.session-standing");
        services.AddManaJob<ExpiredSessions>("auth.expired-sessions", schedule => schedule.Every(TimeSpan.FromHours(1)));
        services.AddScoped<SessionGuard>().AddScoped<IStepUpProof, PasswordProof>().AddScoped<StepUpService>();
    }

    static void AddKeys(this IServiceCollection services)
    {
        services.AddSingleton<KeyEncryption>().AddSingleton<SecretBox>().AddSingleton<ISealedSecrets>(provider => provider.GetRequiredService<SecretBox>());
        services.AddSingleton<ISigningKeySource, SigningKeyStore>();
        services.AddSingleton<SigningKeyRing>().AddSingleton<NewSigningKey>();
        services.AddScoped<KeyRotation>().AddScoped<ISigningKeyReplacement>(provider => provider.GetRequiredService<KeyRotation>());
        services.AddManaJob<KeyRotation>("auth.key-rotation", schedule => schedule.Every(TimeSpan.FromHours(1)));
        services.AddSingleton<AccessTokens>();
        services.AddScoped<ProvenKey>();
        services.AddSingleton<VerifiedTokenCache>();
        services.AddSingleton<IAccessTokenVerifier, AccessTokenVerifier>();
        services.AddAuthentication(ManaBearerHandler.SchemeName).AddScheme<AuthenticationSchemeOptions, ManaBearerHandler>(ManaBearerHandler.SchemeName, null);
        services.AddAuthorizationBuilder().AddPolicy(Policies.User, policy =>
            policy.AddAuthenticationSchemes(ManaBearerHandler.SchemeName).RequireAuthenticatedUser());
    }

    static void AddSecurityEvents(this IServiceCollection services)
    {
        services.AddSingleton<SecurityChain>().AddSingleton<SecurityEventStore>().AddSingleton<SecurityLog>();
        services.AddHostedService(provider => provider.GetRequiredService<SecurityLog>());
    }

    static void AddAccounts(this IServiceCollection services)
    {
        services.AddSingleton<ILookupNormalizer, EmailNormalizer>();
        services.AddSingleton<IPasswordHasher<User>, UnicodePasswordHasher>();
        services.AddOptions<PasswordHasherOptions>().Configure<AuthOptions>((hasher, auth) => hasher.IterationCount = auth.PasswordIterations);
        services.AddIdentityCore<User>().AddEntityFrameworkStores<AuthDbContext>();
        // Identity's validators insist on a user name; our rules are EmailAddress, PasswordPolicy and the unique index.
        services.RemoveAll<IUserValidator<User>>();
        services.RemoveAll<IPasswordValidator<User>>();
        services.AddSingleton<VerificationRule>();
        services.AddScoped<AccountCreation>().AddScoped<Registration>().AddScoped<SignIn>().AddScoped<Credentials>().AddScoped<Eviction>().AddScoped<SignUpGate>().AddScoped<Profiles>();
        services.AddSingleton<HashingGate>().AddSingleton<PasswordPolicy>().AddSingleton<Turns>().AddSingleton<GuessLimit>().AddSingleton<KnownDevices>();
        services.AddSingleton<IAccountDirectory, AccountDirectory>().AddSingleton<IAccountNames, AccountNames>();
        services.AddSingleton<AccountFigures>().AddSingleton<IDailyFigures>(provider => provider.GetRequiredService<AccountFigures>())
            .AddSingleton<IPeopleOfPeriod>(provider => provider.GetRequiredService<AccountFigures>());
        services.AddScoped<PasswordGuard>().AddScoped<PasswordChange>().AddScoped<PasswordReset>().AddScoped<EmailChanges>();
    }

    static void AddMails(this IServiceCollection services)
    {
        services.AddSingleton<TrustedPages>();
        services.AddScoped<VerificationTokens>().AddScoped<EmailVerification>().AddScoped<MailBudget>().AddScoped<AccountMails>().AddScoped<AddressRequests>();
        services.AddManaEventHandler<MailRequested, MailRequestedHandler>("auth.mails");
        services.AddManaEventHandler<AddressRequested, AddressRequestHandler>("auth.address_requests");
        services.AddManaJob<Retention>("auth.retention", schedule => schedule.Every(TimeSpan.FromHours(1)));
    }
}
