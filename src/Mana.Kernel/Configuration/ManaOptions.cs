using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Mana.Kernel.Configuration;

/// <summary>Options that know when they are unusable. The host does not start while a problem is reported.</summary>
public interface IManaOptions
{
    /// <summary>
    /// One sentence per problem, naming the configuration key as an operator writes it; empty when all is well.
    /// In Production a missing or known-default secret is a problem.
    /// </summary>
    IEnumerable<string> Problems(bool production);
}

public static class ManaOptionsExtensions
{
    /// <summary>Binds <typeparamref name="TOptions"/> to a section and checks it before the host starts.</summary>
    public static IServiceCollection AddManaOptions<TOptions>(this IServiceCollection services, IConfiguration configuration, string section)
        where TOptions : class, IManaOptions
    {
        services.AddOptions<TOptions>().Bind(configuration.GetSection(section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TOptions>, ManaOptionsValidator<TOptions>>();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<TOptions>>().Value);
        return services;
    }
}

internal sealed class ManaOptionsValidator<TOptions>(IHostEnvironment environment) : IValidateOptions<TOptions>
    where TOptions : class, IManaOptions
{
    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        var problems = options.Problems(environment.IsProduction()).ToList();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
