using Mana.Auth.Contracts;
using Mana.Kernel.Configuration;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Mana.Kernel.Outbox;
using Mana.Kernel.RateLimits;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Vault;

/// <summary>The encryption vault (auth.md 20): services and routes.</summary>
internal static class VaultEndpoints
{
    public const string Limit = "vault";

    public static void AddVault(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddManaOptions<VaultOptions>(configuration, "Auth:Vault");
        services.AddSingleton<IMasterKeyWrapping, EnvironmentWrapping>().AddSingleton<VaultJournal>();
        services.AddScoped<VaultRows>().AddScoped<VaultKeys>().AddScoped<VaultRecovery>().AddScoped<VaultStatus>().AddScoped<VaultGuard>();
        services.AddManaEventHandler<ZeroKnowledgeEnabled, ZeroKnowledgeMail>("auth.zero-knowledge-mail");
        services.AddManaRateLimit(new(Limit, RateLimitKey.User, 30, 30));
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        var vault = app.MapGroup("/api/v1/me/encryption-vault").WithTags("vault").RequireAuthorization(Policies.User)
            .WithMetadata(new ErrorStyle(BadJson: "BAD_REQUEST")).WithoutStorage();
        vault.MapGet("/status", VaultHandlers.StatusAsync).WithSummary("Whether there is a vault, and in which mode").Produces<VaultStatusResponse>().Produces(401);

        var audited = vault.MapGroup("").RequireRateLimiting(Limit);
        audited.MapPost("/init", VaultHandlers.InitAsync).GuardVault(VaultActions.Init)
            .WithSummary("The key, made when there is none").Produces<VaultKeyResponse>().Produces(401).Produces(429);
        audited.MapGet("/key", VaultHandlers.KeyAsync).GuardVault(VaultActions.FailedFetch)
            .WithSummary("The key").Produces<VaultKeyResponse>().Produces(401).Produces(404).Produces(429);
        audited.MapPost("/rotate", VaultHandlers.RotateAsync).GuardVault(VaultActions.Rotate, stepUp: true)
            .WithSummary("A new key; the recovery wrap goes with the old one").WithDescription("Asks for a sign-in or step-up within 15 minutes.")
            .Produces<VaultKeyResponse>().Produces(401).Produces(403).Produces(409).Produces(429);
        audited.MapPost("/recovery-wrap", VaultHandlers.SetRecoveryAsync).GuardVault(VaultActions.RecoverySet)
            .WithSummary("Keep the key wrapped by the recovery code").Accepts<RecoveryWrapRequest>("application/json")
            .Produces<VaultDoneResponse>().Produces(400).Produces(401).Produces(404).Produces(413).Produces(429);
        audited.MapDelete("/recovery-wrap", VaultHandlers.ClearRecoveryAsync).GuardVault(VaultActions.RecoveryClear, stepUp: true)
            .WithSummary("Forget the recovery wrap").WithDescription("Asks for a sign-in or step-up within 15 minutes.")
            .Produces<VaultDoneResponse>().Produces(401).Produces(403).Produces(404).Produces(409).Produces(429);
        audited.MapPost("/zero-knowledge", VaultHandlers.ZeroKnowledgeAsync)
            .WithSummary("Give the only key away, or bring it back").WithDescription("Asks for a sign-in or step-up within 15 minutes.")
            .Accepts<ZeroKnowledgeRequest>("application/json").Produces<VaultDoneResponse>().Produces(400).Produces(401).Produces(403).Produces(404).Produces(413).Produces(429);
    }
}
