using Mana.Notifications.Contracts;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mana.Auth.Tests.Vault;

public sealed class ZeroKnowledgeMailTests(ZeroKnowledgeMailTests.Mailed world) : IClassFixture<ZeroKnowledgeMailTests.Mailed>
{
    public sealed class Mailed : ModuleWorld, IMailer
    {
        readonly TaskCompletionSource<Mail> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Mail> First => _first.Task.WaitAsync(TimeSpan.FromSeconds(60));

        public Task EnqueueAsync(Mail mail, CancellationToken cancellationToken)
        {
            // Other mails of an account come as well.
            if (mail.Template == MailTemplates.ZeroKnowledgeEnabled)
                _first.TrySetResult(mail);
            return Task.CompletedTask;
        }

        protected override void Configure(TestHost host) => host.With(services => services.Replace(ServiceDescriptor.Singleton<IMailer>(this)));
    }

    [Fact]
    public async Task The_owner_is_told_that_only_their_code_opens_the_vault_now()
    {
        var vault = new VaultApi(world, await world.PersonAsync());
        var key = await vault.NewKeyAsync();
        (await vault.SetRecoveryAsync(VaultApi.RecoveryWrap(key, key))).IsOk();
        (await vault.ZeroKnowledgeAsync(new { enable = true })).IsOk();
        // A real clock would wake the dispatcher; this one has to be moved.
        world.Clock.Advance(TimeSpan.FromSeconds(1));

        var mail = await world.First;
        Assert.Equal((vault.Person.Email, vault.Person.UserId), (mail.Recipient, mail.UserId));
        Assert.Equal("2026-11-20T12:00:00Z", mail.Values["changedAt"]);
        Assert.Equal(["changedAt", "name", "securityLink"], mail.Values.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(1L, await world.ScalarAsync("SELECT count(*) FROM public.event_log WHERE type = 'auth.zero_knowledge_enabled' AND payload->>'userId' = $1", vault.Person.UserId));
    }
}
