using Mana.Sync.Contracts;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Sync.Tests.Live;

/// <summary>A host whose clock stands still until a test moves it.</summary>
public sealed class LiveFixture : IAsyncLifetime
{
    internal SyncFixture Inner { get; } = new();

    internal TestHost Host { get; private set; } = null!;

    internal FakeClock Clock { get; } = new(TimeProvider.System.GetUtcNow());

    internal ILivePresence Presence => Host.Services.GetRequiredService<ILivePresence>();

    public async ValueTask InitializeAsync()
    {
        await Inner.InitializeAsync();
        Host = await new TestHost(Inner.Database).With(Clock).StartAsync();
    }

    internal Task<SyncClient> PersonAsync(string device = "a") => Inner.PersonAsync(Host, device);

    internal Task<LiveSocket> SocketAsync(SyncClient person, string path = "/ws", string? clientId = null) => LiveSocket.OfAsync(Host, person, path, clientId);

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Inner.DisposeAsync();
    }
}

internal static class Soon
{
    /// <summary>Polls for what happens in the background, with a deadline.</summary>
    public static Task TrueAsync(string what, Func<bool> condition) => TrueAsync(what, () => Task.FromResult(condition()));

    public static async Task TrueAsync(string what, Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!await condition())
        {
            Assert.False(patience.IsCancellationRequested, what);
            await Task.Delay(TimeSpan.FromMilliseconds(10), CancellationToken.None);
        }
    }
}
