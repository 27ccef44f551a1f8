using Mana.Devices;

namespace Mana.EndToEnd.Tests.Hosting;

/// <summary>For <c>IClassFixture</c>: one person on the shared host, because each registration costs two password hashes.</summary>
public sealed class Resident(SharedHost host) : IAsyncLifetime
{
    public Account Person { get; private set; } = null!;

    public (string, string) Authorization => ("Authorization", $"Bearer {Person.AccessToken}");

    public Task<long> ChangesAsync() => Stored.ChangesOfAsync(host.Database, Person.UserId);

    public async ValueTask InitializeAsync() => Person = await host.CreateAccountAsync();

    public ValueTask DisposeAsync()
    {
        Person.Http.Dispose();
        return ValueTask.CompletedTask;
    }
}
