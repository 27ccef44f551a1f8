using Mana.Analytics.Data;
using Mana.Apps.Data;
using Mana.Auth.Data;
using Mana.Credits.Data;
using Mana.Kernel.Database;
using Mana.Notifications.Data;
using Mana.Payments.Data;
using Mana.Subscriptions.Data;
using Mana.Sync.Data;
using Mana.Users.Data;

namespace Mana.Migrations;

internal sealed class KernelFactory() : ModuleFactory<KernelDbContext>(KernelDbContext.Schema, options => new KernelDbContext(options));

internal sealed class NotificationsFactory()
    : ModuleFactory<NotificationsDbContext>(NotificationsDbContext.Schema, options => new NotificationsDbContext(options));

internal sealed class AuthFactory() : ModuleFactory<AuthDbContext>(AuthDbContext.Schema, options => new AuthDbContext(options));

internal sealed class CreditsFactory() : ModuleFactory<CreditsDbContext>(CreditsDbContext.Schema, options => new CreditsDbContext(options));

internal sealed class SyncFactory() : ModuleFactory<SyncDbContext>(SyncDbContext.Schema, options => new SyncDbContext(options));

internal sealed class PaymentsFactory() : ModuleFactory<PaymentsDbContext>(PaymentsDbContext.Schema, options => new PaymentsDbContext(options));

internal sealed class SubscriptionsFactory() : ModuleFactory<SubscriptionsDbContext>(SubscriptionsDbContext.Schema, options => new SubscriptionsDbContext(options));

internal sealed class UsersFactory() : ModuleFactory<UsersDbContext>(UsersDbContext.Schema, options => new UsersDbContext(options));

internal sealed class AnalyticsFactory() : ModuleFactory<AnalyticsDbContext>(AnalyticsDbContext.Schema, options => new AnalyticsDbContext(options));

internal sealed class AppsFactory() : ModuleFactory<AppsDbContext>(AppsDbContext.Schema, options => new AppsDbContext(options));
