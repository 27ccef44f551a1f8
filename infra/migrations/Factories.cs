using Mana.Auth.Data;
using Mana.Credits.Data;
using Mana.Kernel.Database;
using Mana.Notifications.Data;
using Mana.Sync.Data;

namespace Mana.Migrations;

internal sealed class KernelFactory() : ModuleFactory<KernelDbContext>(KernelDbContext.Schema, options => new KernelDbContext(options));

internal sealed class NotificationsFactory()
    : ModuleFactory<NotificationsDbContext>(NotificationsDbContext.Schema, options => new NotificationsDbContext(options));

internal sealed class AuthFactory() : ModuleFactory<AuthDbContext>(AuthDbContext.Schema, options => new AuthDbContext(options));

internal sealed class CreditsFactory() : ModuleFactory<CreditsDbContext>(CreditsDbContext.Schema, options => new CreditsDbContext(options));

internal sealed class SyncFactory() : ModuleFactory<SyncDbContext>(SyncDbContext.Schema, options => new SyncDbContext(options));
