using Mana.Auth.Contracts;
using Mana.Auth.Import.Tables;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Import;

internal static class ImportServices
{
    public static IServiceCollection AddImport(this IServiceCollection services)
    {
        services.AddSingleton<IAuthImport, AuthImport>().AddSingleton<VaultOpening>().AddSingleton<MissingSpaces>();
        // In this order they are imported: accounts first, and nothing before what it refers to.
        services.AddSingleton<ITableImport, UsersImport>();
        services.AddSingleton<ITableImport, PasswordsImport>();
        services.AddSingleton<ITableImport, SpacesImport>();
        services.AddSingleton<ITableImport, MembersImport>();
        services.AddSingleton<ITableImport, VaultsImport>();
        services.AddSingleton<ITableImport, VaultAuditImport>();
        services.AddSingleton<ITableImport, ApiKeysImport>();
        services.AddSingleton<ITableImport, PersonasImport>();
        services.AddSingleton<ITableImport, PersonaActionsImport>();
        services.AddSingleton<ITableImport, PersonaFeedbackImport>();
        return services;
    }
}
