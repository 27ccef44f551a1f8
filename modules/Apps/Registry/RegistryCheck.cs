using Microsoft.Extensions.Hosting;

namespace Mana.Apps.Registry;

/// <summary>Makes the registry before the host serves, so that a wrong one stops the start and not the first request.</summary>
internal sealed class RegistryCheck(AppRegistry registry) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) =>
        registry.Apps.Count > 0 ? Task.CompletedTask : throw new InvalidOperationException("The registry of apps is empty.");

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
