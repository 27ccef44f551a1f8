using Mana.Auth.Data;
using Mana.Kernel.Database;

namespace Mana.Migrations;

internal sealed class KernelFactory() : ModuleFactory<KernelDbContext>(KernelDbContext.Schema, options => new KernelDbContext(options));

internal sealed class AuthFactory() : ModuleFactory<AuthDbContext>(AuthDbContext.Schema, options => new AuthDbContext(options));
