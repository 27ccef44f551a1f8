using Mana.Auth.Keys;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace Mana.Testing;

/// <summary>Stands between the key ring and its table: counts what is asked, and can be cut off.</summary>
public sealed class KeySourceProbe
{
    int _loads;

    public int Loads => Volatile.Read(ref _loads);

    public bool IsDown { get; set; }

    /// <summary>For <see cref="TestHost.With(Action{IServiceCollection})"/>.</summary>
    public void Install(IServiceCollection services)
    {
        services.AddSingleton<SigningKeyStore>();
        services.Replace(ServiceDescriptor.Singleton<ISigningKeySource>(provider => new Source(this, provider.GetRequiredService<SigningKeyStore>())));
    }

    sealed class Source(KeySourceProbe probe, SigningKeyStore store) : ISigningKeySource
    {
        public Task<IReadOnlyList<LoadedKey>> LoadAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref probe._loads);
            return probe.IsDown ? throw new NpgsqlException("The key source is down.") : store.LoadAsync(cancellationToken);
        }
    }
}
