/*
|--------------------------------------------------------------------------
| Commands in place of those of packages
|--------------------------------------------------------------------------
|
| The folder is not looked into when a package has a command of the name that
| was typed. What stands here comes after the packages, and so it counts.
|
*/

import { ListLoader } from '@adonisjs/core/ace'
import MigrationRun from './migration_run.js'

const loader = new ListLoader([MigrationRun])

export const getMetaData = () => loader.getMetaData()
export const getCommand = loader.getCommand.bind(loader)
