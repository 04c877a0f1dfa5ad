targetScope = 'resourceGroup'
@export()
@minLength(1)
type names = ('a' | 'b')[]
@discriminator('kind')
type either = { kind: 'x', x: int } | { kind: 'y', y: string? }
param p names = [ 'a' ]
param e either = { kind: 'x', x: 1 }
func f(n int, t string) string => '${t}${n + 1}'
import { q as r } from 'other.bicep'
var v = [for (n, i) in p: { ...{ a: n }, 'b-${i}': f(i, n) }]
var w = toObject(v, it => it.a, it => it.?c ?? (1 > 2 ? null : -1))
resource s 'Microsoft.X/things@2024-01-01' = [for n in p: if (n != 'z') {
  name: '${n}x'
}]
resource outer 'Microsoft.X/things@2024-01-01' existing = {
  name: 'k'
  resource t 'u' existing = { name: s[0].name }
}
module m 'other.bicep' = { params: { a: s[0].properties.a[^1] } }
#disable-next-line BCP057
output o array = map(range(0, 3), (x, i) => [ x, ...[ i ], '''raw''', m.outputs.?b ])
